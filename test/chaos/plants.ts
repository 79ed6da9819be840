import {connect} from 'node:net'
import type {Body, Sink} from '../../gateway/http/body.js'
import type {GatewayResponse} from '../../gateway/pipeline/exchange.js'
import {goneSource} from '../../gateway/pipeline/gone.js'
import type {Transport} from '../../gateway/pipeline/transport.js'

/** A fault that stands between the gateway and its services. */
export type Plant = (transport: Transport) => Transport

/** A chunk that is one whole event, whatever its line ends. */
const EVENT = /^(?:[^\r\n]+(\r\n|\r|\n))+\1$/

/** Of so many events or streams one is spoilt. */
const RARITY = 40

/** Passes a fault on to what comes of each request. */
function around(change: (response: GatewayResponse, origin: string) => GatewayResponse): Plant {
  return transport => ({
    ...bound(transport),
    send: async (request, gone, inform) => {
      const {host, port} = request.url
      return change(await transport.send(request, gone, inform), `${host}:${port}`)
    },
  })
}

const bound = (transport: Transport): Transport => ({
  send: (request, gone, inform) => transport.send(request, gone, inform),
  close: () => transport.close(),
})

/** Stands between a body and whoever takes it. */
function inBetween(make: (into: Sink) => Partial<Sink>): Plant {
  const passing = (into: Sink): Sink => ({
    write: chunk => into.write(chunk),
    drained: again => into.drained(again),
    end: trailers => into.end(trailers),
    fail: error => into.fail(error),
    ...make(into),
  })
  const wrapped = (body: Body): Body => ({flow: into => body.flow(passing(into)), discard: () => body.discard()})
  return around(response => ({...response, body: wrapped(response.body)}))
}

/** Changes an event now and then. */
function spoilt(change: (event: string) => string): Plant {
  let seen = 0
  return inBetween(into => ({
    write(chunk) {
      const text = Buffer.from(chunk).toString('latin1')
      if (!EVENT.test(text) || ++seen % RARITY !== 0) return into.write(chunk)
      const changed = change(text)
      return changed === '' || into.write(Buffer.from(changed, 'latin1'))
    },
  }))
}

const halves = (event: string) => [event.slice(0, event.length >> 1), event.slice(event.length >> 1)] as const

/** A socket that nobody uses, nor closes, now and then. */
function leaking(): Plant {
  let seen = 0
  return around((response, origin) => {
    const [host = '', port] = origin.split(':')
    if (++seen % 5 === 0) connect(Number(port), host).on('error', () => {})
    return response
  })
}

/** That a client left is not passed on now and then. */
function unheard(): Plant {
  let seen = 0
  return transport => ({
    ...bound(transport),
    send: (request, gone, inform) => transport.send(request, ++seen % 5 === 0 ? goneSource() : gone, inform),
  })
}

/** A pause, now and then, that nobody ends. */
function stuck(): Plant {
  let seen = 0
  return inBetween(into => ({
    write: chunk => into.write(chunk) && ++seen % RARITY !== 0,
    drained() {},
  }))
}

/** What a run must find, by name. */
export const PLANTS: Readonly<Record<string, Plant>> = {
  dropped: spoilt(() => ''),
  twice: spoilt(event => event + event),
  torn: spoilt(event => halves(event)[0]),
  'keepalive-in-line': spoilt(event => halves(event).join(':keepalive\n\n')),
  'leaked-socket': leaking(),
  'false-end': inBetween(into => ({fail: () => into.end()})),
  'stuck-pause': stuck(),
  'lost-gone': unheard(),
}
