import test from 'ava'
import {problems as collection, printProblem} from '../../gateway/common/problem.js'
import type {RewriteDescriptor} from '../../gateway/descriptor/rewrite-descriptor.js'
import type {ServiceDescriptor} from '../../gateway/descriptor/service-descriptor.js'
import {catalogue} from '../../gateway/server/catalogue.js'
import {siteOf} from '../../gateway/site/read-site.js'
import {compilePlan} from '../../gateway/topology/compile.js'
import {type DefinitionFiles, definitionMemo} from '../../gateway/topology/definition.js'
import type {UnreadDefinition} from '../../gateway/topology/definition-index.js'
import {at, definition, dispatch, provider, rewrite, rule, service, topology} from './descriptors.js'

const site = siteOf([], {}, collection())

function compiled(
  definitions: readonly DefinitionFiles[],
  topologies = [topology([service('X')])],
  unread: readonly UnreadDefinition[] = [],
) {
  const problems = collection()
  const result = compilePlan(
    {topologies, definitions, unread, site, catalogue, aliases: () => ({fault: 'there is none'})},
    problems,
  )
  const {t: plan} = result.plan.topologies
  return {plan, refused: Object.keys(result.refused), told: problems.all.map(printProblem)}
}

const files = (given: ServiceDescriptor, rules: RewriteDescriptor | undefined, broken = false): DefinitionFiles => ({
  service: given,
  rewrite: rules,
  broken,
})

test('a rule with an unknown function or unpaired braces is told and left out, and the route that needs it too', t => {
  const rules = rewrite(
    rule('X/in', '{$serviceUrl[X]/{path=**}'),
    rule('X/url', '{$serviceUlr[X]}/{path=**}'),
    rule('X/out', '{$frontend[url]}/x'),
  )
  const {plan, told} = compiled([files(definition('X'), rules)])
  t.deepEqual(told, [
    'rewrite.xml:2:1: warning: template-invalid: {$serviceUrl[X]/{path=**}: the "{" at character 1 is not closed; the rule X/in is left out',
    'rewrite.xml:2:1: warning: function-unknown: there is no function serviceUlr; did you mean serviceUrl?; the rule X/url is left out',
    'service.xml:2:1: warning: route-unserved: /x/** needs the rule X/in, which is not there; it is not served',
  ])
  t.deepEqual(
    plan?.rewrite.definitions[0]?.rules.map(({name}) => name),
    ['X/out'],
  )
  t.deepEqual(plan?.services[0]?.routes, [])
})

test('a misspelt role in a rule is told', t => {
  const rules = rewrite(rule('NODES/in', '{$serviceUrl[NODSE]}/{path=**}'), rule('other', '{$serviceUrl[ELSEWHERE]}'))
  t.deepEqual(compiled([files(definition('NODES', {routes: []}), rules)], [topology([service('NODES')])]).told, [
    'rewrite.xml:2:1: warning: role-unknown: no service has the role NODSE; did you mean NODES?; requests that need its URL are answered with 500',
  ])
})

test('an apply that names nothing is told once, and its route is not served', t => {
  const {plan, told} = compiled([files(definition('X'), rewrite())])
  t.deepEqual(told, [
    'service.xml:2:1: warning: apply-unknown: there is no rule or filter X/in; it is left out',
    'service.xml:2:1: warning: route-unserved: /x/** needs the rule X/in, which is not there; it is not served',
  ])
  t.deepEqual(plan?.services[0]?.routes, [])
})

test('an apply may name a rule of another service of the topology', t => {
  const both = [
    files(definition('X'), undefined),
    files(definition('Y', {routes: []}), rewrite(rule('X/in', 'a'), rule('Y/in', 'b'))),
  ]
  t.deepEqual(compiled(both, [topology([service('X'), service('Y')])]).told, [])
  t.deepEqual(compiled(both).told, [
    'service.xml:2:1: warning: apply-elsewhere: X/in is a rule or filter of Y, which not every topology has',
    'service.xml:2:1: warning: route-unserved: /x/** needs the rule X/in, which is not there; it is not served',
  ])
})

test('a rule of another version does not count', t => {
  const older = files(definition('X', {version: '0.9'}), rewrite(rule('X/in', 'a')))
  t.deepEqual(compiled([older, files(definition('X'), rewrite(rule('X/inn', 'a')))]).told, [
    'service.xml:2:1: warning: apply-unknown: there is no rule or filter X/in; did you mean X/inn?; it is left out',
    'service.xml:2:1: warning: route-unserved: /x/** needs the rule X/in, which is not there; it is not served',
  ])
})

test('a route whose path is no template is left out', t => {
  const given = definition('X')
  const routes = given.routes.map(route => ({...route, path: '/x/{path'}))
  const {plan, told} = compiled([files({...given, routes}, rewrite(rule('X/in', 'a')))])
  t.deepEqual(plan?.services[0]?.routes, [])
  t.regex(told.join('\n'), /^service\.xml:2:1: warning: template-invalid: \/x\/\{path: .*; the route is left out$/)
})

test('a definition with faults refuses the topologies that would use it, no others', t => {
  const rules = rewrite(rule('X/in', 'a'))
  const older = files(definition('X', {version: '0.9'}), rules)
  const broken = files(definition('X'), rules, true)
  t.deepEqual(compiled([older, broken]).told, [
    't.xml:5:1: consequence: definition-broken: X is defined in service.xml:1, which has faults',
  ])
  t.deepEqual(compiled([older, broken], [topology([service('X', {}, {version: '0.9'})])]).refused, [])
  const wrongParam = dispatch({params: [{name: 'sse.retry', value: 'x', at: at('service.xml', 8)}]})
  t.deepEqual(compiled([files(definition('X', {dispatch: wrongParam}), rules)]).refused, ['t'])
})

test('a service.xml that cannot be read refuses what it may define', t => {
  const unread = (role: string | undefined, name: string) => [{file: 'data/services/x/1/service.xml', role, name}]
  const other = files(definition('X', {version: '0.9'}), rewrite(rule('X/in', 'a')))
  const topologies = [topology([service('X')])]
  t.deepEqual(compiled([], topologies, unread(undefined, 'x')).refused, ['t'])
  t.deepEqual(compiled([other], topologies, unread(undefined, 'x')).refused, ['t'])
  t.deepEqual(compiled([other], topologies, unread('X', 'new')).refused, ['t'])
  t.deepEqual(compiled([other], topologies, unread('Y', 'x')).refused, [])
})

test('of the same role, name and version twice the first holds, and of the same topology', t => {
  const rules = rewrite(rule('X/in', 'a'))
  const twins = [files(definition('X'), rules), files(definition('X', {at: at('again.xml')}), rules)]
  const {told, refused} = compiled(twins)
  t.deepEqual(told, [
    'again.xml:1:1: warning: definition-duplicate: X 1.0.0 is defined in service.xml:1 too, which holds',
  ])
  t.deepEqual(refused, [])
  const again = {...topology([service('X')]), at: at('conf/t.xml')}
  t.deepEqual(compiled([files(definition('X'), rules)], [topology([service('X')]), again]).told, [
    'conf/t.xml:1:1: warning: topology-duplicate: t is defined in t.xml too, which holds',
  ])
})

test('policies choose the providers of a route, in their order', t => {
  const policy = (role: string, name?: string) => ({role, name, at: at('service.xml', 3)})
  const policies = [policy('webappsec'), policy('authentication', 'Anonymous'), policy('rewrite')]
  const given = files(definition('X', {policies}), rewrite(rule('X/in', 'a')))
  const rolesOf = (providers: Parameters<typeof topology>[1]) =>
    compiled([given], [topology([service('X')], providers)]).plan?.services[0]?.routes[0]?.providers?.map(
      ({role}) => role,
    )
  t.deepEqual(rolesOf([provider('authentication', 'Anonymous')]), ['authentication'])
  t.deepEqual(rolesOf([]), [])
})

test('hosts of hostmap go to the rules, not into the chain', t => {
  const hostmap = provider('hostmap', 'static', {localhost: 'sandbox, sandbox.test', 'a,b': 'c'})
  const given = [files(definition('X'), rewrite(rule('X/in', 'a')))]
  const {plan} = compiled(given, [topology([service('X')], [provider('authentication', 'Anonymous'), hostmap])])
  t.deepEqual(plan?.rewrite.hostmap, {localhost: ['sandbox', 'sandbox.test'], 'a,b': ['c']})
  t.deepEqual(
    plan?.providers.map(({role}) => role),
    ['authentication', 'identity-assertion'],
  )
})

test('what did not change is not checked again', t => {
  const memo = definitionMemo()
  const rules = rewrite(rule('X/in', 'a'))
  const given = definition('X')
  const first = memo.check(files(given, rules), catalogue)
  t.is(memo.check(files(given, rules), catalogue), first)
  t.not(memo.check(files(given, rewrite(rule('X/in', 'b'))), catalogue).digest, first.digest)
  t.true(memo.check(files(given, rules, true), catalogue).broken)
})

test('a rule with a step that cannot be done is left out', t => {
  const sound = rule('X/in', 'a')
  const where = at('rewrite.xml', 4)
  const check = {kind: 'check' as const, operator: 'like', input: 'a', value: 'b', flow: 'and' as const}
  const step = {...check, steps: [], at: where}
  const {plan, told} = compiled([files(definition('X'), rewrite({...sound, steps: [...sound.steps, step]}))])
  t.deepEqual(told, [
    'rewrite.xml:4:1: warning: step-unavailable: there is no step check oper="like"; the rule X/in is left out',
    'service.xml:2:1: warning: route-unserved: /x/** needs the rule X/in, which is not there; it is not served',
  ])
  t.deepEqual(plan?.rewrite.definitions[0]?.rules, [])
  t.deepEqual(plan?.services[0]?.routes, [])
})

test('a filter that names no rule is told, also in nested parts', t => {
  const apply = {kind: 'apply' as const, path: 'Location', rule: 'X/inn', at: at('rewrite.xml', 6)}
  const parts = [{kind: 'buffer' as const, path: '$', parts: [apply], at: at('rewrite.xml', 5)}]
  const contents = [{type: 'application/x-http-headers', asType: undefined, parts, at: at('rewrite.xml', 4)}]
  const rules = {...rewrite(rule('X/in', 'a')), filters: [{name: 'X/f', contents, at: at('rewrite.xml', 3)}]}
  t.deepEqual(compiled([files(definition('X'), rules)]).told, [
    'rewrite.xml:6:1: warning: rule-unknown: there is no rule X/inn; did you mean X/in?',
    'rewrite.xml:3:1: warning: filter-unused: no route applies the filter X/f',
  ])
})

test('the same service twice: the last holds', t => {
  const given = [files(definition('X'), rewrite(rule('X/in', 'a')))]
  const first = service('X', {}, {urls: [{url: 'http://first', at: at('t.xml', 6)}]})
  const {plan, told} = compiled(given, [topology([first, service('X', {}, {at: at('t.xml', 9)})])])
  t.deepEqual(
    plan?.services.map(({urls}) => urls),
    [['http://service.test:9000/base']],
  )
  t.deepEqual(plan?.rewrite.serviceUrls, {X: ['http://service.test:9000/base']})
  t.regex(told.join('\n'), /^t\.xml:5:1: warning: service-duplicate: X stands in line 9 again/)
})

test('a service needs an address by http', t => {
  const given = [files(definition('X'), rewrite(rule('X/in', 'a')))]
  const withUrls = (...urls: string[]) =>
    compiled(given, [topology([service('X', {}, {urls: urls.map(url => ({url, at: at('t.xml', 6)}))})])]).told
  t.deepEqual(withUrls(), ['t.xml:5:1: service-without-url: X has no url'])
  t.deepEqual(withUrls('hdfs://h:80'), [
    't.xml:6:1: url-invalid: X is served at "hdfs://h:80", which is not http, https, ws or wss',
  ])
  t.deepEqual(withUrls('ws://h:1/x', 'HTTPS://h'), [])
})
