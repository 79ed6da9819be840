import {get, type IncomingMessage, type ServerResponse} from 'node:http'
import test, {type ExecutionContext} from 'ava'
import OpenAI from 'openai'
import {served, service} from '../helpers/served.js'

const WORDS = ['a ', 'stream ', 'of ', 'words']

/** As much of the API as the tests need; notes what it was asked. */
function model(seen: string[], gate: {opened: Promise<void>} = {opened: Promise.resolve()}) {
  return async (request: IncomingMessage, response: ServerResponse) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization}`)
    const body = await textOf(request)
    const json = (status: number, value: unknown, headers = {}) =>
      response.writeHead(status, {'Content-Type': 'application/json', ...headers}).end(JSON.stringify(value))
    if (request.headers.authorization !== 'Bearer right')
      return json(401, {error: {message: 'who are you?', code: 'invalid_api_key'}}, {'WWW-Authenticate': 'Bearer'})
    if (request.url === '/v1/models?after=x') return json(200, {object: 'list', data: [{id: 'm', object: 'model'}]})
    if (request.url === '/v1/moved')
      return response.writeHead(307, {Location: `http://${request.headers.host}/v1/there?x=1`}).end()
    if (request.url === '/v1/responses')
      return streamed(
        response,
        WORDS.map(word => ({type: 'response.output_text.delta', delta: word})),
        gate,
      )
    if (request.url !== '/v1/chat/completions') return json(404, {error: {message: 'no such path'}})
    if (!JSON.parse(body).stream)
      return json(200, {choices: [{index: 0, message: {role: 'assistant', content: 'whole'}}]})
    return streamed(
      response,
      WORDS.map(content => ({choices: [{index: 0, delta: {content}}]})),
      gate,
    )
  }
}

/** Sends the first event, waits for the gate, sends the others; `[DONE]` is ended by one line end only. */
async function streamed(response: ServerResponse, events: readonly object[], gate: {opened: Promise<void>}) {
  response.writeHead(200, {'Content-Type': 'text/event-stream; charset=utf-8'})
  for (const event of events) {
    response.write(`${'type' in event ? `event: ${event.type}\n` : ''}data: ${JSON.stringify(event)}\n\n`)
    await gate.opened
  }
  response.end('data: [DONE]\n')
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

async function client(
  t: ExecutionContext,
  seen: string[],
  {apiKey = 'right', gate = {opened: Promise.resolve()}} = {},
) {
  const url = await service(t, model(seen, gate))
  const gateway = await served(t, {definition: 'openai/1.0', role: 'OPENAI', urls: [url]})
  return {openai: new OpenAI({baseURL: `${gateway.url}/openai/v1`, apiKey, maxRetries: 0}), url: gateway.url}
}

const messages = [{role: 'user' as const, content: 'hi'}]

test('a chat answered as a whole; the key reaches the service', async t => {
  const seen: string[] = []
  const {openai} = await client(t, seen)
  const answer = await openai.chat.completions.create({model: 'm', messages})
  t.is(answer.choices[0]?.message.content, 'whole')
  t.deepEqual(seen, ['POST /v1/chat/completions Bearer right'])
})

test('a chat answered as a stream arrives word by word', async t => {
  let open = () => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  const {openai} = await client(t, [], {gate: {opened}})
  const words: string[] = []
  for await (const chunk of await openai.chat.completions.create({model: 'm', messages, stream: true})) {
    words.push(chunk.choices[0]?.delta.content ?? '')
    // the service goes on only when the first word is here
    open()
  }
  t.deepEqual(words, WORDS)
})

test('the responses API streams typed events', async t => {
  const {openai} = await client(t, [])
  const words: string[] = []
  for await (const event of await openai.responses.create({model: 'm', input: 'hi', stream: true}))
    if (event.type === 'response.output_text.delta') words.push(event.delta)
  t.deepEqual(words, WORDS)
})

test('a query passes', async t => {
  const {openai} = await client(t, [])
  t.deepEqual(
    (await openai.models.list({query: {after: 'x'}})).data.map(({id}) => id),
    ['m'],
  )
})

test('an error of the service comes whole, with its headers', async t => {
  const {openai, url} = await client(t, [], {apiKey: 'wrong'})
  const error = await t.throwsAsync(openai.chat.completions.create({model: 'm', messages}), {
    instanceOf: OpenAI.AuthenticationError,
  })
  t.is(error?.code, 'invalid_api_key')
  t.is((await fetch(`${url}/openai/v1/models`)).headers.get('www-authenticate'), 'Bearer')
})

test('a redirect names the gateway', async t => {
  const {url} = await client(t, [])
  const answer = await fetch(`${url}/openai/v1/moved`, {headers: {Authorization: 'Bearer right'}, redirect: 'manual'})
  t.is(answer.headers.get('location'), `${url}/openai/v1/there?x=1`)
})

test('what is not below /v1 has no route', async t => {
  const seen: string[] = []
  const {url} = await client(t, seen)
  t.is((await fetch(`${url}/openai/metrics`)).status, 404)
  t.deepEqual(seen, [])
})

test('of two services the one that is down is passed over, and the key still arrives', async t => {
  const seen: string[] = []
  const url = await service(t, model(seen))
  const gateway = await served(t, {
    definition: 'openai/1.0',
    role: 'OPENAI',
    urls: ['http://127.0.0.1:1', url],
    ha: 'enabled=true;failoverSleep=0',
  })
  const openai = new OpenAI({baseURL: `${gateway.url}/openai/v1`, apiKey: 'right', maxRetries: 0})
  t.is((await openai.chat.completions.create({model: 'm', messages})).choices[0]?.message.content, 'whole')
  t.deepEqual(seen, ['POST /v1/chat/completions Bearer right'])
})

test('dot segments do not lead to what has no route', async t => {
  const seen: string[] = []
  const {url} = await client(t, seen)
  for (const path of ['/openai/v1/../metrics', '/openai/v1/a%2f..%2f..%2f..%2fmetrics', '/openai/v1/x/..;/..;/metrics'])
    t.is(await statusOf(url, path), 400, path)
  t.deepEqual(seen, [])
})

/** Asks for a path as it stands; `fetch` would resolve it. */
function statusOf(url: string, path: string): Promise<number | undefined> {
  const {hostname, port, pathname} = new URL(url)
  return new Promise((resolve, reject) => {
    get({hostname, port, path: `${pathname}${path}`, agent: false}, response => {
      response.resume()
      resolve(response.statusCode)
    }).on('error', reject)
  })
}
