import {readFileSync} from 'node:fs'
import test from 'ava'
import OpenAI from 'openai'
import {startGateway} from '../helpers/home.js'
import {filesOf, service} from '../helpers/served.js'
import {keyServer, signingKey, token} from '../helpers/token-issuer.js'

const PAGE = readFileSync(new URL('../../../docs/services.md', import.meta.url), 'utf8')
const [, TOPOLOGY = ''] = /^```xml\n(<topology>.*?)^```$/ms.exec(PAGE) ?? []

test('the topology of docs/services.md knows clients by tokens and has the keys of models itself', async t => {
  const seen: unknown[] = []
  const url = await service(t, (request, response) => {
    const {authorization, 'x-api-key': key} = request.headers
    seen.push([request.url, authorization, key])
    response.writeHead(429, {'Content-Type': 'application/json', 'Retry-After': '7'}).end('{"error":{"code":"later"}}')
  })
  const key = signingKey('k')
  const {url: keys} = await keyServer(t, key)
  const {url: gateway, gateway: running} = await startGateway(
    t,
    {
      ...filesOf('data/services/openai/1.0'),
      ...filesOf('data/services/anthropic/1.0'),
      'conf/topologies/llm.xml': TOPOLOGY.replace('https://id.example/keys', keys).replace(/https:\/\/api[^<]*/g, url),
    },
    {environment: {GATEWAY_ALIAS_MODEL_KEY: 'sk-1', GATEWAY_ALIAS_OTHER_KEY: 'sk-2'}},
  )
  t.deepEqual(running.problems, [])
  const mine = token(key, {iss: 'https://id.example'})
  const openai = new OpenAI({baseURL: `${gateway}/llm/openai/v1`, apiKey: mine, maxRetries: 0})
  const error = await t.throwsAsync(openai.models.list(), {instanceOf: OpenAI.RateLimitError})
  t.is(error?.code, 'later')
  t.is(error?.headers?.get('retry-after'), '7')
  const headers = {Authorization: `Bearer ${mine}`, 'X-Api-Key': 'theirs'}
  t.is((await fetch(`${gateway}/llm/anthropic/v1/models`, {headers})).status, 429)
  t.is((await fetch(`${gateway}/llm/openai/v1/models`)).status, 401)
  t.deepEqual(seen, [
    ['/v1/models', 'Bearer sk-1', undefined],
    ['/v1/models', undefined, 'sk-2'],
  ])
})
