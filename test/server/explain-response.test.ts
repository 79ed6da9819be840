import test, {type ExecutionContext} from 'ava'
import {systemClock} from '../../gateway/common/clock.js'
import {textBody} from '../../gateway/http/body.js'
import {type Explanation, explain, type Question} from '../../gateway/server/explain.js'
import {loadHome} from '../../gateway/server/files/home.js'
import {newParts} from '../../gateway/server/live/parts.js'
import {temporaryHome, topology} from '../helpers/home.js'

const RULES = `<rules>
<rule dir="IN" name="X/in" pattern="*://*:*/**/x/{path=**}?{**}"><rewrite template="{$serviceUrl[X]}/{path=**}?{**}"/></rule>
<rule dir="OUT" name="X/out" pattern="*://*:*/base/{path=**}?{**}"><rewrite template="{$frontend[path]}/x/{path=**}?{**}"/></rule>
<rule dir="OUT" name="X/named"><match pattern="/named/{path=**}"/><rewrite template="/x/{path=**}"/></rule>
<rule dir="OUT" name="X/lacks"><match pattern="/lacks/{path=**}"/><rewrite template="{$serviceUrl[NODE]}/{path=**}"/></rule>
<rule dir="IN" name="X/back"><match pattern="*://*:*/**/x/{path=**}"/><rewrite template="/{path=**}"/></rule>
<filter name="X/headers"><content type="application/x-http-headers">
<apply path="Location" rule="X/named"/><apply path="X-Lacks" rule="X/lacks"/><apply path="Refresh"/></content></filter>
<filter name="X/bodies"><content type="application/json">
<apply path="$.a" rule="X/named"/>
<buffer path="$.items[*]"><detect path="$.kind" value="page"><apply path="$.url" rule="X/named"/></detect></buffer>
</content></filter>
<filter name="X/request"><content type="application/json"><apply path="$.link" rule="X/back"/></content></filter>
</rules>`

const TO = {
  'response.headers': 'X/headers',
  'response.body': 'X/bodies',
  'request.body': 'X/request',
}

type Target = keyof typeof TO

/** What is told of a question to a route with filters for these targets. */
async function told(
  t: ExecutionContext,
  targets: readonly Target[],
  question: Partial<Question>,
): Promise<Explanation> {
  const applies = targets.map(to => `<rewrite apply="${TO[to]}" to="${to}"/>`).join('')
  const home = temporaryHome(t, {
    'conf/topologies/t.xml': topology([{role: 'X', urls: ['http://x.test:1']}]),
    'data/services/x/1.0/service.xml': `<service role="X" name="x" version="1.0"><routes><route path="/x/**?**"><rewrite apply="X/in" to="request.url"/>${applies}</route></routes></service>`,
    'data/services/x/1.0/rewrite.xml': RULES,
  })
  const loaded = loadHome(home, {})
  const parts = newParts(loaded, {clock: systemClock, log: {info() {}, warn() {}, error() {}}, lookup: undefined})
  t.teardown(() => parts.close())
  return explain(loaded.plan, parts, {method: 'POST', url: 'http://gw/gateway/t/x/a', headers: [], ...question})
}

const out = (headers: readonly string[], body = '') => ({response: {headers, body: textBody(body)}})
const json = (value: object) => out(['Content-Type', 'application/json'], JSON.stringify(value))

test('what the dispatch does not pass on is told, and not rewritten', async t => {
  const {toClient, dropped} = await told(t, [], out(['Set-Cookie', 'sid=1; Path=/base/x', 'X-A', 'b']))
  t.deepEqual(dropped, ['Set-Cookie', 'sid=1; Path=/base/x'])
  t.deepEqual(
    toClient?.values.map(({name}) => name),
    ['X-A'],
  )
})

/** What becomes of one header, and by which rule or why not. */
const header = test.macro({
  async exec(t, targets: readonly Target[], field: readonly [string, string], after: string, by: string | RegExp) {
    const {toClient} = await told(t, targets, out(field))
    const [value, more] = toClient?.values ?? []
    t.is(more, undefined)
    t.is(value?.before, field[1])
    t.is(value?.after, after)
    if (typeof by === 'string') {
      t.is(value?.rule && `${value.rule.name} in line ${value.rule.at.line}`, by)
      t.is(value?.why, undefined)
    } else t.regex(value?.why?.join('\n') ?? '', by)
  },
  title: (_, targets: readonly Target[], [name, value]: readonly [string, string]) =>
    `${name}: ${value} with ${targets.join() || 'no filter'}`,
})

test(header, [], ['Location', 'http://x.test:1/base/a'], '/gateway/t/x/a', 'X/out in line 3')
test(
  header,
  [],
  ['Location', '/base/a'],
  '/base/a',
  /^X\/out \(.*rewrite\.xml:3\) nearly fits, by .*; host: nothing, not \*$/,
)
test(header, [], ['Location', 'http://x.test:1/bas/a'], 'http://x.test:1/bas/a', /; path: bas, not base$/)
test(header, [], ['Location', '/c/d'], '/c/d', /^no rule fits it$/)
test(header, [], ['Server', '/base/a'], '/base/a', /^no filter of the route names it/)
test(header, ['response.headers'], ['Location', '/named/a'], '/x/a', 'X/named in line 4')
test(header, ['response.headers'], ['Location', '/name/a'], '/name/a', /^X\/named .*; path: name, not named$/)
test(header, ['response.headers'], ['Location', '/other'], '/other', /^it does not match \/named\/\{path=\*\*\}$/)
test(header, ['response.headers'], ['X-Lacks', '/lacks/a'], '/lacks/a', /serviceUrl\[NODE\]/)
test(header, ['response.headers'], ['X-Other', '/named/a'], '/named/a', /^no filter of the route names it/)

test('the part of a filter that led to a change is told, and those that found nothing', async t => {
  const items = [
    {kind: 'page', url: '/named/b'},
    {kind: 'other', url: '/named/c'},
  ]
  const {toClient, log} = await told(t, ['response.body'], json({a: '/named/a', items}))
  t.deepEqual(
    toClient?.values.map(({before, after, apply}) => [before, after, apply?.path, apply?.at.line]),
    [
      ['/named/a', '/x/a', '$.a', 10],
      ['/named/b', '/x/b', '$.url', 11],
    ],
  )
  t.deepEqual(toClient?.unused, [])
  t.deepEqual(log, [])
  const {toClient: without} = await told(t, ['response.body'], json({a: '/named/a', items: items.slice(1)}))
  t.deepEqual(
    without?.unused?.map(({path, at}) => [path, at.line]),
    [['$.url', 11]],
  )
})

test('why a body is left alone is told', async t => {
  const image = out(['Content-Type', 'image/png'], 'x')
  t.regex(
    (await told(t, ['response.body'], image)).toClient?.body?.why ?? '',
    /has nothing for image\/png, only for application\/json$/,
  )
  t.regex((await told(t, [], image)).toClient?.body?.why ?? '', /^no filter is applied/)
})

test('what serving would log is told', async t => {
  const broken = out(['Content-Type', 'application/json'], '{"a": "/named/a", ]')
  const {toClient, log} = await told(t, ['response.body'], broken)
  t.is(toClient?.values[0]?.after, '/x/a')
  t.like(log?.[0], {fields: {filter: 'X/bodies', offset: 18}})
})

test('a body of a request is told of apart from the answer', async t => {
  const {toService, toClient, target} = await told(t, ['request.body'], {
    headers: ['Content-Type', 'application/json'],
    body: textBody('{"link": "http://gw/gateway/t/x/b"}'),
  })
  t.like(toService?.values[0], {before: 'http://gw/gateway/t/x/b', after: '/b', rule: {name: 'X/back'}})
  t.is(toClient, undefined)
  t.regex(target ?? '', /^http:\/\/x\.test:1\/a/)
})

test('of a request that is refused no answer is told of', async t => {
  const {toClient, refusal} = await told(t, [], {...json({a: '/b'}), url: 'http://gw/gateway/t/x/%2e%2e/a'})
  t.is(refusal?.status, 400)
  t.is(toClient, undefined)
})
