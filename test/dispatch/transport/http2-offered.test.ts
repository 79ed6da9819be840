import test from 'ava'
import {http2Transport} from '../../../gateway/dispatch/transport/http2-transport.js'
import {wireTransport} from '../../../gateway/dispatch/transport/wire-transport.js'
import {transportContract} from './contract.js'

// To a service that does not offer it, HTTP/2 is asked for and changes nothing.
transportContract(test, options => {
  const transport = http2Transport(options, wireTransport(options))
  return {
    send: (request, gone, inform) => transport.send({...request, http2: 'offered'}, gone, inform),
    close: () => transport.close(),
  }
})
