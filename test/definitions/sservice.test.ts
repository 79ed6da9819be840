import test from 'ava'
import {served, service} from '../helpers/served.js'

test('the example of Knox: whatever is below sservice is /sse of the service', async t => {
  const seen: string[] = []
  const url = await service(t, (request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.accept}`)
    response.writeHead(200, {'Content-Type': 'text/event-stream'}).end('id: 1\ndata: one\n\n')
  })
  const gateway = await served(t, {definition: 'sservice/0.1', role: 'SSERVICE', urls: [url]})
  const answer = await fetch(`${gateway.url}/sservice/any`, {headers: {Accept: 'text/event-stream'}})
  t.is(await answer.text(), 'id: 1\ndata: one\n\n')
  t.deepEqual(seen, ['GET /sse text/event-stream'])
})

test('with the gate closed nothing reaches the service', async t => {
  const seen: string[] = []
  const url = await service(t, (request, response) => {
    seen.push(`${request.url}`)
    response.end()
  })
  const gateway = await served(t, {
    definition: 'sservice/0.1',
    role: 'SSERVICE',
    urls: [url],
    settings: {'gateway.servlet.async.supported': 'false'},
  })
  const answer = await fetch(`${gateway.url}/sservice/any`)
  t.is(answer.status, 500)
  t.regex(await answer.text(), /Async support is not enabled\. SSE requests cannot be processed\./)
  t.deepEqual(seen, [])
})
