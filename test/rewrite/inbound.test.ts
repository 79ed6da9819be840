import test from 'ava'
import {cutUrl, printUrl} from '../../gateway/common/request-url.js'
import type {RuleDescriptor, StepDescriptor} from '../../gateway/descriptor/rewrite-descriptor.js'
import {RewriteError} from '../../gateway/rewrite/rewrite-error.js'
import type {RewriteContext} from '../../gateway/rewrite/rewrite-function.js'
import {buildRewriter} from '../../gateway/rewrite/rewriter.js'
import type {TraceStep} from '../../gateway/rewrite/trace.js'
import {rewriteFunctions} from '../../gateway/server/live/rewrite-functions.js'
import {apply, check, context, control, match, plain, plan, rule, testSealer} from './descriptors.js'

interface Use {
  readonly rules: readonly RuleDescriptor[]
  /** Name of the rule; undefined: the one that fits best. */
  readonly by?: string
  readonly role?: string
  readonly given?: Partial<RewriteContext>
}

/** What the rules make of a request to `https://gw:8443/gateway/sandbox` + `target`. */
function rewritten({rules, by, role = 'FOO', given = {}}: Use, target: string) {
  const url = cutUrl(`https://gw:8443/gateway/sandbox${target}`)
  if (url === undefined) throw new RangeError(target)
  const route = buildRewriter(plan({rules}), rewriteFunctions, testSealer).route(
    role,
    by ? [apply('request.url', by)] : [],
  )
  const result = route.inbound(url, context({inboundQuery: url.query, ...given}))
  return result && printUrl(result)
}

function named({rules, by, role = '', given = {}}: Use): string {
  const texts = rules.map(
    ({name, scope = '', pattern = '', steps}) => `${scope} ${name} ${pattern} ${steps.map(stepText)}`,
  )
  return `${by ?? 'best'} of ${texts} ${role} ${given.principal ?? ''} ${given.serviceUrl?.('FOO') ?? ''}`
}

const stepText = (step: StepDescriptor) => ('template' in step ? step.template : step.kind)

const goes = test.macro({
  exec(t, use: Use, target: string, expected: string | undefined) {
    t.is(rewritten(use, target), expected)
  },
  title: (_, use: Use, target: string) => `${named(use)} sends ${target}`,
})

const fails = test.macro({
  exec(t, use: Use, target: string, message: RegExp) {
    t.throws(() => rewritten(use, target), {instanceOf: RewriteError, message, code: 'rewrite-failed'})
  },
  title: (_, use: Use, target: string, message: RegExp) => `${named(use)} fails for ${target} with ${message}`,
})

const path = rule('FOO/foo/path', {pattern: '*://*:*/**/foo/{path=**}?{**}'}, '{$serviceUrl[FOO]}/{path=**}?{**}')
const byName = {rules: [path], by: 'FOO/foo/path'}
test(goes, byName, '/foo/a/b', 'http://foo:8080/base/a/b')
test(goes, byName, '/foo/a/b?x=1&y', 'http://foo:8080/base/a/b?x=1&y')
test(goes, byName, '/foo//a//?x=1&&y=2&x=3', 'http://foo:8080/base/a/?x=1&&y=2&x=3')
test(goes, byName, '/other/a', undefined)
test(goes, {...byName, by: 'FOO/foo/absent'}, '/foo/a', undefined)
test(goes, {rules: [path]}, '/foo/a/b', 'http://foo:8080/base/a/b')
test(goes, {rules: [path], by: '*'}, '/foo/a/b', 'http://foo:8080/base/a/b')

// Bytes that only pass through stay as they came.
for (const tail of ['/foo/a%20b/%2F', '/foo/a/', '/foo/a+b|c', '/foo/x?q=a%20b+c%2B|&r=u:/v?w', '/foo/x?a=1&b=2&a=3'])
  test(goes, byName, tail, `http://foo:8080/base${tail.slice(4)}`)
const twice = rule('FOO/foo/q', {pattern: '*://*:*/**/foo/{path=**}?{q}?{**}'}, '{$serviceUrl[FOO]}/{path=**}?{q}?{**}')
test(goes, {rules: [twice]}, '/foo/x?z=1%2B|&q=a%20b%2Bc', 'http://foo:8080/base/x?q=a%20b%2Bc&z=1%2B|')

// What comes from a path into a query is encoded once; a user name cannot lead out of its segment.
const into = rule('FOO/foo/into', {pattern: '*://*:*/**/foo/{path=**}'}, '{$serviceUrl[FOO]}/get?path={path=**}')
test(goes, {rules: [into]}, '/foo/a%20b/c&d', 'http://foo:8080/base/get?path=a%20b&path=c%26d')
const home = rule('FOO/foo/home', {pattern: '*://*:*/**/foo/~'}, '{$serviceUrl[FOO]}/user/{$username}?as={$username}')
test(goes, {rules: [home]}, '/foo/~', 'http://foo:8080/base/user/sam?as=sam')
test(
  goes,
  {rules: [home], given: {principal: 'a/../b?c'}},
  '/foo/~',
  'http://foo:8080/base/user/a%2F..%2Fb%3Fc?as=a%2F..%2Fb%3Fc',
)
test(goes, {rules: [home], given: {principal: '..'}}, '/foo/~', 'http://foo:8080/base/user/%2E%2E?as=..')

// The URL of the service is joined with one slash, and stays as it is when it stands alone.
const alone = rule('FOO/foo/alone', {pattern: '*://*:*/**/foo?{**}'}, '{$serviceUrl[FOO]}?{**}')
const slashed = {serviceUrl: () => 'http://foo/base/'}
test(goes, {rules: [alone], given: slashed}, '/foo?a', 'http://foo/base/?a')
test(goes, {rules: [path], given: slashed}, '/foo/a', 'http://foo/base/a')
test(goes, {rules: [into], given: slashed}, '/foo/a', 'http://foo/base/get?path=a')
test(goes, {rules: [path], given: {serviceUrl: () => 'http://second:81'}}, '/foo/a', 'http://second:81/a')

// A part of the client's query never joins a part of the address.
const hop = rule('FOO/foo/hop', {pattern: '*://*:*/**/hop/{host}/{path=**}?{**}'}, 'http://{host}:1/{path=**}?{**}')
test(goes, {rules: [hop]}, '/hop/dn1/a?host=evil', 'http://dn1:1/a?host=evil')

// Own rules come before global ones, these before rules without a scope; those of others are left alone.
const to = (name: string, scope?: string) =>
  rule(
    name,
    {pattern: '*://*:*/**/foo/**', ...(scope === undefined ? {} : {scope})},
    `http://${name.replace('/', '.')}`,
  )
test(goes, {rules: [to('plain'), to('g', 'GLOBAL'), to('FOO/x')]}, '/foo/a', 'http://FOO.x')
test(goes, {rules: [to('plain'), to('g', 'GLOBAL'), to('FOO/x')], role: 'BAR'}, '/foo/a', 'http://g')
test(goes, {rules: [to('plain'), to('WEBHDFS/x')], role: 'BAR'}, '/foo/a', 'http://WEBHDFS.x')
test(goes, {rules: [to('FOO/x'), to('plain')], role: 'BAR'}, '/foo/a', 'http://plain')
test(goes, {rules: [to('FOO/x')], role: 'BAR'}, '/foo/a', undefined)
test(goes, {rules: [to('FOO/x', 'BAR')], role: 'BAR'}, '/foo/a', 'http://FOO.x')

// The first rule of a name is the one of that name.
test(
  goes,
  {rules: [path, rule('FOO/foo/path', {}, 'http://second')], by: path.name},
  '/foo/a',
  'http://foo:8080/base/a',
)

// Conditions and flows.
const eitherOf = rule(
  'FOO/either',
  {flow: 'or'},
  match('*://*:*/**/one/**', 'http://one'),
  match('*://*:*/**/two/**', 'http://two'),
)
test(goes, {rules: [eitherOf], by: 'FOO/either'}, '/one/a', 'http://one')
test(goes, {rules: [eitherOf], by: 'FOO/either'}, '/two/a', 'http://two')
test(goes, {rules: [eitherOf], by: 'FOO/either'}, '/three/a', undefined)
const bothOf = rule('FOO/both', {}, match('*://*:*/**/one/{a}'), match('*://*:*/**/{b}/x'), 'http://{a}/{b}')
test(goes, {rules: [bothOf], by: 'FOO/both'}, '/one/x', 'http://x/one')
test(goes, {rules: [bothOf], by: 'FOO/both'}, '/one/y', undefined)
const everyOf = rule(
  'FOO/every',
  {flow: 'all'},
  match('*://*:*/**/none'),
  'http://first/a',
  match('http://first/{x}'),
  'http://{x}',
)
test(goes, {rules: [everyOf], by: 'FOO/every'}, '/one', 'http://a')
const inner = rule('inner', {pattern: '*://*:*/**/one/{x}'}, 'http://{x}')
const outer = rule('FOO/outer', {}, {kind: 'rule', rule: inner, at: inner.at})
test(goes, {rules: [outer], by: 'FOO/outer'}, '/one/a', 'http://a')
test(goes, {rules: [outer], by: 'FOO/outer'}, '/two/a', undefined)
const checked = rule('FOO/checked', {}, match('*://*:*/**/{x}'), check('equals', '{x}', 'one', 'http://is'))
test(goes, {rules: [checked], by: 'FOO/checked'}, '/one', 'http://is')
test(goes, {rules: [checked], by: 'FOO/checked'}, '/two', undefined)
const held = rule('FOO/held', {}, control('or', match('*://*:*/**/one'), match('*://*:*/**/two')), 'http://held')
test(goes, {rules: [held], by: 'FOO/held'}, '/two', 'http://held')
test(goes, {rules: [held], by: 'FOO/held'}, '/three', undefined)
const coded = rule(
  'FOO/coded',
  {},
  plain('decode-query'),
  match('*://*:*/**/data?{host}'),
  'http://{host}',
  plain('encode-query'),
)
test(goes, {rules: [coded], by: 'FOO/coded'}, '/data?_=aG9zdD1kbjE', 'http://dn1')

// What cannot be done fails by name.
const lacking = (template: string) => ({rules: [rule('FOO/lacking', {pattern: '*://*:*/**/foo?{**}'}, template)]})
test(fails, lacking('http://{host}/x'), '/foo', /FOO\/lacking cannot be used: .*\{host\}/)
test(fails, lacking('{$serviceUrl[ABSENT]}/x'), '/foo', /FOO\/lacking .*\{\$serviceUrl\[ABSENT\]\}/)
test(fails, lacking('{$frontend[colour]}/x'), '/foo', /FOO\/lacking .*no such part/)
test(fails, lacking('/x'), '/foo', /FOO\/lacking .*not an absolute URL/)
test(fails, lacking('http:///x'), '/foo', /FOO\/lacking .*not an absolute URL/)

test('each step is told', t => {
  const steps: TraceStep[] = []
  const other = rule('FOO/foo/other', {pattern: '*://*:*/**/other'}, 'http://other')
  rewritten({rules: [path, other], by: other.name, given: {trace: step => steps.push(step)}}, '/foo/a')
  rewritten({rules: [path, other], given: {trace: step => steps.push(step)}}, '/foo/a')
  t.deepEqual(steps, [
    {kind: 'rule', rule: other.name, at: other.at, outcome: 'no match'},
    {kind: 'function', name: 'serviceUrl', args: ['FOO'], values: ['http://foo:8080/base']},
    {kind: 'rule', rule: path.name, at: path.at, outcome: 'used'},
  ])
})

test('a reference to a known param is a function', t => {
  const known = rule('FOO/known', {}, 'http://x/?at={gateway.url}&in={cluster.name}')
  t.is(
    rewritten({rules: [known], by: known.name}, '/'),
    'http://x/?at=https%3A%2F%2Fgw%3A8443%2Fgateway%2Fsandbox&in=sandbox',
  )
})
