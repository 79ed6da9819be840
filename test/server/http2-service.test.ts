import {once} from 'node:events'
import {createServer, type ServerHttp2Stream} from 'node:http2'
import type {AddressInfo} from 'node:net'
import test from 'ava'
import {assertNoLeaks} from '../helpers/leaks.js'
import {ask, through, xTopology} from './through.js'

assertNoLeaks(test)

test('a service is spoken to by HTTP/2 where its topology says so: requests, events, and a client that leaves', async t => {
  const server = createServer()
  const streams: ServerHttp2Stream[] = []
  server.on('stream', (stream, fields) => {
    streams.push(stream)
    const type = fields[':path'] === '/events' ? 'text/event-stream' : 'text/plain'
    stream.respond({':status': 200, 'content-type': type})
    if (type === 'text/plain') stream.pipe(stream)
    else stream.write('data: 1\n\n')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  t.teardown(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const topology = xTopology([url], {params: {'httpclient.http2': 'always'}})
  const {client} = await through(t, async () => {}, {kind: 'sse', files: {'conf/topologies/t.xml': topology}})
  const [plain, events] = [await client(), await client()]
  await plain.send(`${ask('/echo', ['Content-Length: 5'], 'POST')}hello`)
  t.is((await plain.response()).body, 'hello')
  await events.send(ask('/events', ['Accept: text/event-stream']))
  await events.until('data: 1\n\n')
  streams[1]?.write('data: 2\n\n')
  await events.until('data: 2\n\n')
  const closed = once(streams[1] as ServerHttp2Stream, 'close')
  events.socket.destroy()
  await closed
  t.is(streams[1]?.rstCode, 8)
})
