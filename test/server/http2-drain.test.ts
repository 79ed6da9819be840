import test from 'ava'
import {DATA, END_HEADERS, END_STREAM, type Frame, frame, GOAWAY, get, HEADERS} from '../helpers/frames.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {modern, WAYS} from './http2.js'
import {whole} from './through.js'

assertNoLeaks(test)

const lastStream = ({payload}: Frame) => payload.readUInt32BE()

for (const way of WAYS)
  test(`a connection is told which requests are served when the gateway drains, and ends with them (${way})`, async t => {
    const {frames, service, gateway} = await modern(t, way, async each => each.request(), {
      settings: {'gateway.drain.delay': '0', 'gateway.drain.timeout': '60s'},
    })
    const client = await frames()
    await client.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, get('/gateway/t/x/a')))
    await (await service.connection(0)).until('\r\n\r\n')
    const drained = gateway.drain()
    t.is(lastStream(await client.frame(({type}) => type === GOAWAY)), 1)
    await client.send(frame(HEADERS, END_HEADERS | END_STREAM, 3, get('/gateway/t/x/late')))
    await (await service.connection(0)).send(whole('late'))
    const {stream, payload} = await client.frame(({type}) => type === DATA)
    t.deepEqual([stream, payload.toString()], [1, 'late'])
    await Promise.all([client.closed, drained])
    t.is(service.connections.length, 1)
  })
