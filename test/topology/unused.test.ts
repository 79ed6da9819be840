import test from 'ava'
import {printProblem} from '../../gateway/common/problem.js'
import {cutUrl} from '../../gateway/common/request-url.js'
import {ruleSet} from '../../gateway/rewrite/rule-set.js'
import {loadHome} from '../../gateway/server/files/home.js'
import {temporaryHome, topology} from '../helpers/home.js'

const ROUTE =
  '<route path="/x/**"><rewrite apply="X/in" to="request.url"/><rewrite apply="X/bodies" to="response.body"/></route>'
const IN =
  '<rule dir="IN" name="X/in" pattern="*://*:*/**/x/{path=**}"><rewrite template="{$serviceUrl[X]}/{path=**}"/></rule>'
const filter = (name: string, parts: string, type = 'text/html') =>
  `<filter name="${name}"><content type="${type}">${parts}</content></filter>`
const BODIES = filter('X/bodies', '<apply path="a" rule="X/one"/>')
const rule = (name: string, pattern: string, more = 'dir="OUT"') =>
  `<rule ${more} name="${name}" pattern="${pattern}"><rewrite template="/a"/></rule>`
const byName = (name: string, steps = '<rewrite template="/a"/>', more = 'dir="OUT"') =>
  `<rule ${more} name="${name}">${steps}</rule>`
const step = (pattern: string) => `<match pattern="${pattern}"><rewrite template="/a"/></match>`

function loaded(
  t: Parameters<typeof temporaryHome>[0],
  rules: string,
  services: Parameters<typeof topology>[0],
  applies = '',
) {
  const home = temporaryHome(t, {
    'conf/topologies/t.xml': topology(services),
    'data/services/x/1.0/service.xml': `<service role="X" name="x" version="1.0"><routes>${ROUTE.replace('</route>', `${applies}</route>`)}</routes></service>`,
    'data/services/x/1.0/rewrite.xml': `<rules>${IN}${rules}</rules>`,
  })
  return loadHome(home, {})
}

/** What some rules beside `X/in` earn. */
const tells = test.macro({
  exec(t, rules: string, expected: RegExp | undefined) {
    const told = loaded(t, rules, [{role: 'X', urls: ['http://x:1']}]).problems.map(printProblem)
    if (expected === undefined) t.deepEqual(told, [])
    else {
      t.is(told.length, 1, told.join('\n'))
      t.regex(told[0] ?? '', expected)
    }
  },
  title: (_, rules: string) => rules,
})

const shadowed =
  /rewrite\.xml:1:\d+: warning: rule-shadowed: nothing names the rule X\/two, and X\/one in line 1 is found/
test(tells, BODIES + byName('X/one'), undefined)
test(tells, BODIES + byName('X/one') + byName('X/two'), /rule-unused: nothing names the rule X\/two/)
test(
  tells,
  BODIES + byName('X/one') + filter('X/other', '<apply path="b" rule="X/two"/>') + byName('X/two'),
  /filter-unused: no route applies the filter X\/other$/,
)
test(tells, BODIES + rule('X/one', '/a/{b=**}?{**}') + rule('X/two', '/a/{b=**}?{**}'), shadowed)
test(tells, BODIES + rule('X/one', '/a', '') + rule('X/two', '/a'), shadowed)
// One of these differs: a name, direction, scope, query, kind, or it is named.
test(tells, BODIES + rule('X/one', '/a/{b=**}') + rule('X/two', '/a/{c=**}'), undefined)
test(tells, BODIES + rule('X/one', '/a') + rule('X/two', '/a', ''), undefined)
test(tells, BODIES + rule('X/one', '/a') + rule('X/two', '/a', 'dir="OUT" scope="Y"'), undefined)
test(tells, BODIES + rule('X/one', '/a?{b}') + rule('X/two', '/a?{c}'), undefined)
test(tells, BODIES + rule('X/one', '/a/{b}') + rule('X/two', '/a/{b=*}'), undefined)
test(tells, BODIES + rule('X/two', '/a') + rule('X/one', '/a'), undefined)
test(
  tells,
  BODIES + byName('X/one', step('/a/{b=*}') + step('/a/{c=*}'), 'dir="OUT" flow="OR"'),
  /rule-shadowed: this step of the rule X\/one is never come to: the one in line 1/,
)
test(tells, BODIES + byName('X/one', step('/a/{b=*}') + step('/a/{b}'), 'dir="OUT" flow="OR"'), undefined)
test(tells, BODIES + byName('X/one', step('/a') + step('/a'), 'dir="OUT"'), undefined)
test(
  tells,
  BODIES + byName('X/one', step('/a/**') + step('/b/**')),
  /rule-contradictory: no address fits both \/a\/\*\* and \/b\/\*\*, as the rule X\/one asks$/,
)
test(tells, BODIES + byName('X/one', step('/**/b') + step('/a/**')), undefined)

const events = (part: string) => `<filter name="X/bodies"><content type="text/event-stream">${part}</content></filter>`
test(tells, events('<apply event="*" path="data" rule="X/one"/>') + byName('X/one'), undefined)
test(
  tells,
  events('<apply event="*" path="id" rule="X/one" inverse="X/two"/>') + byName('X/one') + byName('X/two'),
  undefined,
)
test(tells, events('<apply event="*" path="data" rule="X/none"/>'), /rule-unknown: there is no rule X\/none/)
test(tells, filter('X/bodies', '<apply path="a" rule="*"/>'), undefined)
test(tells, filter('X/bodies', '<apply path="a" rule=""/>'), undefined)

test('the earlier of two rules with one pattern is the one that is found', t => {
  const rules = loaded(
    t,
    BODIES + rule('X/zero', '/a/{c=**}/d') + rule('X/one', '/a/{b=**}') + rule('X/two', '/a/{b=**}'),
    [{role: 'X', urls: ['http://x:1']}],
  ).definitions[0]?.rewrite?.rules
  const url = cutUrl('http://x/a/1')
  t.is(
    url &&
      ruleSet(rules ?? [], [], new Map())
        .of('out', 'X')
        .best({...url, scheme: '', host: ''})?.value.name,
    'X/one',
  )
})

test('a role that a route cannot do without is told where a topology lacks it', t => {
  const needs = (template: string, more = '') =>
    `<rule dir="IN" name="X/in" ${more}><match pattern="*://*:*/**/x/{path=**}"><rewrite template="${template}"/></match></rule>`
  const told = (first: string, services: Parameters<typeof topology>[0]) => {
    const home = temporaryHome(t, {
      'conf/topologies/t.xml': topology(services),
      'data/services/x/1.0/service.xml': `<service role="X" name="x" version="1.0"><routes><route path="/x/**"><rewrite apply="X/in" to="request.url"/></route></routes></service>`,
      'data/services/x/1.0/rewrite.xml': `<rules>${first}</rules>`,
    })
    return loadHome(home, {}).problems.map(printProblem)
  }
  const x = {role: 'X', urls: ['http://x:1']}
  const missing =
    'conf/topologies/t.xml:2:107: warning: role-missing: /x/** of X needs a URL of NODE, by the rule X/in: without it, requests are answered with 500'
  t.deepEqual(told(needs('{$serviceUrl[NODE]}/{path=**}'), [x]), [missing])
  t.deepEqual(told(needs('{$serviceUrl[NODE]}/{path=**}'), [x, {role: 'NODE', urls: ['hdfs://n:1']}]), [])
  t.deepEqual(told(needs('{$serviceUrl[X]}/{path=**}?node={$serviceUrl[NODE]}'), [x]), [])
})

// Types whose bodies are not looked into, or that a filter has twice.
const content = (type: string, more = '') =>
  `<content type="${type}"${more}><apply path="${type.includes('json') ? '$.a' : 'a'}" rule="X/one"/></content>`
const bodies = (...contents: readonly string[]) =>
  `<filter name="X/bodies">${contents.join('')}</filter>${byName('X/one')}`
test(
  tells,
  bodies(content('text/htlm')),
  /content-unused: what is text\/htlm is not looked into; did you mean text\/html\?/,
)
test(tells, bodies(content('image/png')), /content-unused: what is image\/png is not looked into$/)
test(
  tells,
  bodies(content('text/html'), content('TEXT/html')),
  /content-unused: X\/bodies has text\/html in line 1 again, and that counts$/,
)
for (const type of ['*/*', 'text/*', '*/css', 'application/vnd.a+json', 'application/x-http-headers'])
  test(tells, bodies(content(type)), undefined)
test(tells, bodies(content('image/png', ' asType="text/plain"')), undefined)
test(tells, bodies('<content type="image/png"/>', content('text/html')), undefined)

// A part of the frontend that there is not, as itself or between texts.
const calls = (template: string) => BODIES + byName('X/one', `<rewrite template="${template}"/>`)
const noPart = /function-unknown: \{\$frontend\[paths\]\}: no such part, use url, .*; the rule X\/one is left out/
for (const call of ['frontend[paths]', "infix[',paths,']", 'prefix[a,paths]', 'postfix[paths,a]', 'import[a,paths]'])
  test(tells, calls(`{$${call}}/a`), noPart)
for (const call of ['frontend[ Path ]', 'frontend', 'prefix[Path]', 'prefix[a,path]'])
  test(tells, calls(`{$${call}}/a`), undefined)

const appliedTo = test.macro({
  exec(t, rules: string, apply: string, to: string, expected: RegExp | undefined) {
    const told = loaded(t, rules, [{role: 'X', urls: ['http://x:1']}], `<rewrite apply="${apply}" to="${to}"/>`)
    const texts = told.problems.map(printProblem).filter(text => text.includes('apply-unfit'))
    t.deepEqual(
      texts.map(text => expected?.test(text)),
      expected ? [true] : [],
      texts.join('\n'),
    )
  },
  title: (_, rules: string, apply: string, to: string) => `${apply} to ${to}, ${rules}`,
})
const all = BODIES + byName('X/one') + rule('X/two', '/a/**')
test(appliedTo, all, 'X/bodies', 'request.url', /apply-unfit: X\/bodies is a filter, and request\.url wants a rule$/)
test(
  appliedTo,
  all,
  'X/one',
  'response.body',
  /apply-unfit: X\/one is a rule that is not found by a pattern, and response\.body/,
)
test(appliedTo, all, 'X/two', 'response.body', undefined)
test(appliedTo, all, 'X/bodies', 'response.headers', undefined)

test('of a file with faults it is not known what it lacks', t => {
  const {problems} = loaded(t, rule('X/one', '/a', 'dir="OUTT"'), [{role: 'X', urls: ['http://x:1']}])
  t.deepEqual(
    problems.map(({code}) => code),
    ['definition-broken', 'value-invalid'],
  )
})
