import type {IncomingMessage, ServerResponse} from 'node:http'
import test, {type ExecutionContext} from 'ava'
import {served, service} from '../helpers/served.js'

const START = 'event: message_start\ndata: {"type":"message_start","message":{"id":"m"}}\n\n'
const STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n'

/** Answers `/v1/messages` as its query says. */
function model(request: IncomingMessage, response: ServerResponse): void {
  const {'x-api-key': key, authorization, 'anthropic-version': version} = request.headers
  if (request.url === '/v1/messages?beta=true') {
    response.writeHead(200, {'Content-Type': 'application/json', 'Request-Id': 'r'})
    response.end(JSON.stringify({key, authorization, version}))
    return
  }
  response.writeHead(200, {'Content-Type': 'text/event-stream'})
  if (request.url === '/v1/messages') response.end(START + STOP)
  else response.write(START, () => response.destroy())
}

async function ask(t: ExecutionContext, path: string): Promise<Response> {
  const {url} = await served(t, {definition: 'anthropic/1.0', role: 'ANTHROPIC', urls: [await service(t, model)]})
  const headers = {'X-Api-Key': 'k', Authorization: 'Bearer b', 'Anthropic-Version': '2023-06-01'}
  return fetch(`${url}/anthropic${path}`, {method: 'POST', headers, body: '{}'})
}

test('keys and versions reach the service, its fields the client', async t => {
  const response = await ask(t, '/v1/messages?beta=true')
  t.is(response.headers.get('request-id'), 'r')
  t.deepEqual(await response.json(), {key: 'k', authorization: 'Bearer b', version: '2023-06-01'})
})

test('a stream passes byte for byte', async t => {
  t.is(await (await ask(t, '/v1/messages')).text(), START + STOP)
})

test('a stream that was cut short ends with an error event of the API', async t => {
  const text = await (await ask(t, '/v1/messages?cut')).text()
  t.true(text.startsWith(START))
  const [, data = ''] = /event: ?error\ndata: ?(.*)\n\n$/.exec(text) ?? []
  t.like(JSON.parse(data), {type: 'error', error: {type: 'api_error'}})
})

test('nothing but the API has a route', async t => {
  t.is((await ask(t, '/health')).status, 404)
})
