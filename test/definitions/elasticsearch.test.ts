import type {IncomingMessage, ServerResponse} from 'node:http'
import test, {type ExecutionContext} from 'ava'
import {served, service} from '../helpers/served.js'

const DOCUMENT = '{"url": "/a/b", "n": 1.0}'

/** As much of the API as the tests need: says what it was asked, and with which key. */
async function node(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const asked = `${request.method} ${request.url} ${request.headers.authorization} ${Buffer.concat(chunks)}`
  response.setHeader('X-Elastic-Product', 'Elasticsearch')
  response.setHeader('Content-Type', 'application/json')
  if (request.url === '/books/_doc') response.writeHead(201, {Location: '/books/_doc/x%2Fy'}).end('{}')
  else if (request.method === 'HEAD') response.writeHead(404).end()
  else response.end(request.url === '/books/_source/1' ? DOCUMENT : JSON.stringify({asked}))
}

async function behind(t: ExecutionContext, {first = [] as readonly string[], ha = ''} = {}) {
  const urls = [...first, await service(t, node)]
  const options = {definition: 'elasticsearch/1.0', role: 'ELASTICSEARCH', urls}
  const {url} = await served(t, ha === '' ? options : {...options, ha})
  return (path: string, method = 'GET', body?: string) =>
    fetch(`${url}/elasticsearch${path}`, {method, headers: {Authorization: 'ApiKey k'}, ...(body && {body})})
}

const askedBy = async (answer: Response) => ((await answer.json()) as {asked: string}).asked

test('searches and bulk requests arrive whole', async t => {
  const ask = await behind(t)
  const lines = '{"index": {"_index": "books"}}\n{"n":  1}\n'
  t.is(await askedBy(await ask('/_bulk?refresh=true', 'POST', lines)), `POST /_bulk?refresh=true ApiKey k ${lines}`)
  t.is(await askedBy(await ask('/a,b-*/_search?q=x%3Ay&size=2')), 'GET /a,b-*/_search?q=x%3Ay&size=2 ApiKey k ')
  t.is(await askedBy(await ask('/%3Clogs-%7Bnow%2Fd%7D%3E/_count')), 'GET /%3Clogs-%7Bnow%2Fd%7D%3E/_count ApiKey k ')
})

test('the root names the product, with a slash and without', async t => {
  const ask = await behind(t)
  for (const path of ['', '/']) {
    const answer = await ask(path)
    t.is(answer.headers.get('x-elastic-product'), 'Elasticsearch')
    t.is(await askedBy(answer), 'GET / ApiKey k ')
  }
})

test('documents stay as they are; a new one is at the gateway', async t => {
  const ask = await behind(t)
  t.is(await (await ask('/books/_source/1')).text(), DOCUMENT)
  t.is((await ask('/books/_doc', 'POST', '{}')).headers.get('location'), '/gateway/t/elasticsearch/books/_doc/x%2Fy')
  t.is((await ask('/missing', 'HEAD')).status, 404)
})

test('of several nodes one that is down is passed over, and the key still arrives', async t => {
  const ask = await behind(t, {first: ['http://127.0.0.1:1'], ha: 'failoverSleep=1'})
  t.is(await askedBy(await ask('/_search')), 'GET /_search ApiKey k ')
})
