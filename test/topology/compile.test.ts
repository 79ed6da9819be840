import test from 'ava'
import {problems as collection, printProblem} from '../../gateway/common/problem.js'
import type {ServiceDescriptor} from '../../gateway/descriptor/service-descriptor.js'
import type {TopologyDescriptor} from '../../gateway/descriptor/topology-descriptor.js'
import type {StreamPolicy} from '../../gateway/pipeline/dispatch-plan.js'
import {catalogue} from '../../gateway/server/catalogue.js'
import {siteOf} from '../../gateway/site/read-site.js'
import {compilePlan} from '../../gateway/topology/compile.js'
import {definition, dispatch, provider, rewrite, rule, service, topology} from './descriptors.js'

const KNOX = 'org.apache.knox.gateway'

interface Given {
  readonly topologies: readonly TopologyDescriptor[]
  readonly services?: readonly ServiceDescriptor[]
  readonly site?: Readonly<Record<string, string>>
}

function compiled({topologies, services = [definition('X')], site = {}}: Given) {
  const problems = collection()
  const where = {file: 'site.xml', line: 1, column: 1}
  const properties = Object.entries(site).map(([name, value]) => ({name, value, at: where}))
  const definitions = services.map(each => ({
    service: each,
    rewrite: rewrite(rule(`${each.role}/in`, `{$serviceUrl[${each.role}]}/{path=**}`)),
    broken: false,
  }))
  const sources = {
    topologies,
    definitions,
    unread: [],
    site: siteOf(properties, {}, problems),
    catalogue,
    aliases: () => ({fault: 'there is none'}),
  }
  return {...compilePlan(sources, problems), told: problems.all.map(printProblem)}
}

function planOf(given: Given) {
  const {t: plan} = compiled(given).plan.topologies
  return plan
}

const serviceOf = (given: Given) => planOf(given)?.services[0]
const dispatchOf = (given: Given) => serviceOf(given)?.routes[0]?.dispatch

test('a topology and a definition make a plan without problems', t => {
  const given = {topologies: [topology([service('X')])]}
  const {plan, told} = compiled(given)
  t.deepEqual(told, [])
  const planned = planOf(given)
  t.deepEqual(
    planned?.providers.map(({role, name}) => `${role}/${name}`),
    ['authentication/Anonymous', 'identity-assertion/Default'],
  )
  t.is(planned?.services[0]?.routes[0]?.path, '/x/**')
  t.is(planned?.services[0]?.failover, undefined)
  t.deepEqual(planned?.rewrite.serviceUrls, {X: ['http://service.test:9000/base']})
  const printed = JSON.stringify(plan)
  t.is(JSON.stringify(JSON.parse(printed)), printed)
})

test('without name and version the highest version serves, by numbers', t => {
  const services = ['2.9.0', '2.10.0', '1.0'].map(version => definition('X', {version}))
  t.is(serviceOf({topologies: [topology([service('X')])], services})?.version, '2.10.0')
  const older = topology([service('X', {}, {version: '1.0.0'})])
  t.is(serviceOf({topologies: [older], services})?.version, '1.0')
  const missing = topology([service('X', {}, {version: '3.0'})])
  t.deepEqual(compiled({topologies: [missing], services}).told, [
    't.xml:5:1: version-unknown: X 3.0: there is only x 2.10.0, x 2.9.0, x 1.0',
  ])
})

test("a dispatch may have the name that it had in Hadoop's package", t => {
  const old = dispatch({className: 'org.apache.hadoop.gateway.dispatch.PassAllHeadersDispatch'})
  const given = {topologies: [topology([service('X', {}, {dispatch: old})])]}
  t.deepEqual(compiled(given).told, [])
  t.is(dispatchOf(given)?.className, 'org.apache.hadoop.gateway.dispatch.PassAllHeadersDispatch')
  t.deepEqual(dispatchOf(given)?.headers.requestExclude, [])
})

test('the settings say whose rules are for all roles', t => {
  const roles = (site: Given['site'] = {}) =>
    planOf({topologies: [topology([service('X')])], site})?.rewrite.globalRoles
  t.true(roles()?.includes('HIVE'))
  t.deepEqual(roles({'gateway.global.rules.services': 'X, Y'}), ['X', 'Y'])
  t.deepEqual(roles({'gateway.global.rules.services': 'none'}), roles())
})

test('the dispatch of the topology goes before that of the route, that before the definition', t => {
  const pass = dispatch({className: `${KNOX}.dispatch.PassAllHeadersDispatch`})
  const decoding = dispatch({className: `${KNOX}.dispatch.URLDecodingDispatch`})
  const plain = dispatch({className: `${KNOX}.dispatch.ConfigurableDispatch`})
  const all = definition('X', {dispatch: plain})
  const routed = {...all, routes: all.routes.map(route => ({...route, dispatch: decoding}))}
  const topologies = [topology([service('X')])]
  t.is(dispatchOf({topologies})?.from, 'default')
  t.like(dispatchOf({topologies, services: [all]}), {from: 'service', className: plain.className})
  t.like(dispatchOf({topologies, services: [routed]}), {from: 'route', urlEncoding: 'path-decoded'})
  const named = [topology([service('X', {}, {dispatch: pass})])]
  t.like(dispatchOf({topologies: named, services: [routed]}), {from: 'topology', className: pass.className})
  t.deepEqual(dispatchOf({topologies: named, services: [routed]})?.headers.requestExclude, [])
})

test('a class that the gateway lacks refuses the topology by name, only when it would be used', t => {
  const falcon = definition('X', {dispatch: dispatch({className: `${KNOX}.falcon.FalconDispatch`})})
  const {plan, refused, told} = compiled({topologies: [topology([service('X')])], services: [falcon]})
  t.deepEqual(Object.keys(plan.topologies), [])
  t.deepEqual(Object.keys(refused), ['t'])
  t.deepEqual(told, [
    `t.xml:5:1: dispatch-unavailable: X in t needs the dispatch ${KNOX}.falcon.FalconDispatch (service.xml:7), which the gateway does not have`,
  ])
  const standby = dispatch({
    className: `${KNOX}.dispatch.DefaultDispatch`,
    haClassName: `${KNOX}.falcon.FalconHaDispatch`,
  })
  const services = [definition('X', {dispatch: standby})]
  t.deepEqual(compiled({topologies: [topology([service('X')])], services}).refused, {})
  const ha = topology(
    [service('X')],
    [provider('authentication', 'Anonymous'), provider('ha', 'HaProvider', {X: 'enabled=true'})],
  )
  t.deepEqual(Object.keys(compiled({topologies: [ha], services}).refused), ['t'])
})

const haOf = (value: string, params: Readonly<Record<string, string>> = {}) => ({
  topologies: [
    topology(
      [service('X', params)],
      [provider('authentication', 'Anonymous'), provider('ha', 'HaProvider', {X: value})],
    ),
  ],
})

test('HaProvider values become a policy; params of the service go first', t => {
  t.deepEqual(serviceOf(haOf('enabled=true'))?.failover, {
    maxFailoverAttempts: 3,
    failoverSleep: 1000,
    enableLoadBalancing: false,
    enableStickySession: false,
    stickySessionCookieName: 'KNOX_BACKEND-X',
    noFallback: false,
    failoverNonIdempotentRequestEnabled: false,
    disableLoadBalancingForUserAgents: ['ClouderaODBCDriverforApacheHive'],
    failoverStatuses: [],
    failoverOnIdle: false,
  })
  const all = 'maxFailoverAttempts=5;failoverSleep=10;enableLoadBalancing=true;enableStickySession=true;noFallback=true'
  t.like(
    serviceOf(haOf(`${all};stickySessionCookieName=C;failoverStatuses=502,503`, {failoverSleep: '20'}))?.failover,
    {
      maxFailoverAttempts: 5,
      failoverSleep: 20,
      noFallback: true,
      stickySessionCookieName: 'C-X',
      failoverStatuses: [502, 503],
    },
  )
  t.false(serviceOf(haOf('noFallback=true;enableStickySession=true'))?.failover?.noFallback)
  t.is(serviceOf(haOf('enabled=false'))?.failover, undefined)
  t.is(serviceOf(haOf('enabled=true', {haEnabled: 'false'}))?.failover, undefined)
  t.like(dispatchOf(haOf('enabled=true')), {className: `${KNOX}.ha.dispatch.DefaultHaDispatch`, ha: true})
  t.like(dispatchOf(haOf('enabled=true'))?.stream, {responseTimeoutGet: 15_000, firstEventTimeout: 0})
  t.is(dispatchOf(haOf('failoverOnIdle=true'))?.stream.firstEventTimeout, 15_000)
  t.is(dispatchOf(haOf('failoverOnIdle=true', {'sse.idle.timeout': '3'}))?.stream.firstEventTimeout, 3000)
  t.is(dispatchOf(haOf('enabled=true', {failoverOnIdle: 'true'}))?.stream.firstEventTimeout, 15_000)
})

test('keys of old documentation are warnings, unknown ones faults', t => {
  t.deepEqual(compiled(haOf('retrySleep=1;maxRetryAttempts=2;enabled=auto;maxFailoverAttemps=3')).told, [
    't.xml:3:1: warning: ha-param-unused: retrySleep has no effect, neither here nor in Knox',
    't.xml:3:1: warning: ha-param-unused: maxRetryAttempts has no effect, neither here nor in Knox',
    't.xml:3:1: warning: ha-enabled-auto: enabled=auto belongs to service discovery; it counts as false, as in Knox',
    't.xml:3:1: param-unknown: maxFailoverAttemps is not a param of HaProvider; did you mean maxFailoverAttempts?',
  ])
})

const headers = test.macro({
  exec(t, params: Readonly<Record<string, string>>, expected: object) {
    t.like(dispatchOf({topologies: [topology([service('X', params)])]})?.headers, expected)
  },
  title: (_, params) => `headers by ${JSON.stringify(params)}`,
})
const LOGINS = ['hadoop.auth', 'hive.server2.auth', 'impala.auth']
test(
  headers,
  {},
  {requestExclude: ['authorization'], responseExclude: ['set-cookie', 'www-authenticate'], responseExcludeCookies: []},
)
test(headers, {requestExcludeHeaders: 'X-A, X-B'}, {requestExclude: ['x-a', 'x-b']})
test(
  headers,
  {responseExcludeHeaders: 'WWW-AUTHENTICATE'},
  {responseExclude: ['www-authenticate'], responseExcludeCookies: LOGINS},
)
test(
  headers,
  {responseExcludeHeaders: 'SET-COOKIE,X-A'},
  {responseExclude: ['x-a', 'set-cookie'], responseExcludeCookies: []},
)
test(
  headers,
  {responseExcludeHeaders: 'Set-Cookie: HttpOnly; a'},
  {responseExclude: ['www-authenticate'], responseExcludeCookies: ['httponly', 'a']},
)
test(
  headers,
  {requestAppendHeaders: 'X-A: 1; X-B:two'},
  {
    requestAppend: [
      ['x-a', '1'],
      ['x-b', 'two'],
    ],
  },
)

test('the user is told in a header, which a client cannot send', t => {
  const params = {shouldIncludePrincipalAndGroups: 'true', actorIdHeaderName: 'X-As', groupFilterPattern: 'g.*'}
  const actor = (more: Readonly<Record<string, string>>) =>
    dispatchOf({topologies: [topology([service('X', {...params, ...more})])]})?.headers
  t.like(actor({}), {
    requestExclude: ['authorization', 'x-as'],
    actor: {id: 'X-As', groupsPrefix: 'X-Knox-Actor-Groups', groups: {pattern: 'g.*', longest: 1000}},
  })
  t.is(actor({groupHeaderLengthLimit: '20'})?.actor?.groups.longest, 20)
  t.is(actor({groupHeaderLengthLimit: '20', groupHeaderSizeLimit: '30'})?.actor?.groups.longest, 30)
})

test('stream params: topology, then dispatch, then site', t => {
  const sse = dispatch({
    className: `${KNOX}.sse.SSEDispatch`,
    params: [{name: 'sse.retry', value: '2s', at: {file: 'service.xml', line: 8, column: 1}}],
  })
  const services = [definition('X', {dispatch: sse})]
  const site = {
    'gateway.sse.retry': '1s',
    'gateway.sse.idle.timeout': '40',
    'gateway.servlet.async.supported.topologies': 'a, T',
  }
  const topologies = [topology([service('X', {'sse.keepalive.interval': '5'})])]
  t.like(dispatchOf({topologies, services, site}), {kind: 'sse', gateOpen: true})
  t.like(dispatchOf({topologies, services, site})?.stream, {
    retry: 2000,
    idleTimeout: 40_000,
    keepaliveInterval: 5000,
    writeTimeout: 60_000,
    responseTimeoutGet: 0,
  })
  const {told} = compiled({topologies, services})
  t.false(serviceOf({topologies, services})?.routes[0]?.dispatch.gateOpen)
  t.regex(told.join('\n'), /^t\.xml:5:1: warning: gate-closed: X streams.*lets t do so/)
})

test('resume that nothing declares and a misspelt param are faults, a param of Knox without use a warning', t => {
  const params = {
    'sse.on.loss': 'resume',
    'sse.retyr': '1',
    retryCount: '3',
    maxRetryAttempts: '100',
    'sse.max.duration': 'long',
  }
  t.deepEqual(compiled({topologies: [topology([service('X', params)])]}).told, [
    't.xml:5:1: warning: param-unused: retryCount is known to Knox and has no effect here',
    't.xml:5:1: warning: param-unused: maxRetryAttempts is known to Knox and has no effect here',
    't.xml:5:1: param-unknown: sse.retyr is not a param of a service; did you mean sse.retry?',
    't.xml:5:1: param-invalid: sse.max.duration: "long" is not a time such as 500ms, 30s, 5m',
    't.xml:5:1: resume-undeclared: X: sse.on.loss=resume needs sse.resume=last-event-id',
  ])
})

/** Params of the service and of its dispatch in the definition, settings; how streams that are lost end, and what is told. */
const onLoss = test.macro({
  exec(
    t,
    given: Readonly<Record<string, string>>,
    ofDefinition: Readonly<Record<string, string>>,
    site: Readonly<Record<string, string>>,
    expected: Partial<StreamPolicy> | undefined,
    told: string | undefined,
  ) {
    const params = Object.entries(ofDefinition).map(([name, value]) => ({
      name,
      value,
      at: {file: 'service.xml', line: 8, column: 1},
    }))
    const services = [definition('X', {dispatch: dispatch({className: `${KNOX}.dispatch.DefaultDispatch`, params})})]
    const topologies = [topology([service('X', given)])]
    if (expected) t.like(dispatchOf({topologies, services, site})?.stream, expected)
    t.deepEqual(
      compiled({topologies, services, site}).told.filter(line => line.includes('resume')),
      told === undefined ? [] : [told],
    )
  },
  title: (_, given, ofDefinition, site) => `on loss: ${JSON.stringify([given, ofDefinition, site])}`,
})

const declared = {'sse.resume': 'last-event-id'}
const watched = {'sse.idle.timeout': '30s'}
const unwatched =
  't.xml:5:1: warning: resume-without-idle-timeout: X: lost streams go on, but without sse.idle.timeout a silent service never counts as lost'
const undeclared = 't.xml:5:1: resume-undeclared: X: sse.on.loss=resume needs sse.resume=last-event-id'

test(
  onLoss,
  {},
  {},
  {},
  {onLoss: 'abort', resumeAttempts: 3, resumeSleep: 1000, resumeTimeout: 15_000, idOrder: 'none', gap: 'none'},
  undefined,
)
test(
  onLoss,
  {...declared, ...watched},
  {},
  {},
  {onLoss: 'resume', idleTimeout: 30_000, resumeTimeout: 30_000},
  undefined,
)
test(onLoss, watched, declared, {}, {onLoss: 'resume'}, undefined)
test(
  onLoss,
  {},
  {},
  {'gateway.sse.resume': 'last-event-id', 'gateway.sse.idle.timeout': '9'},
  {onLoss: 'resume'},
  undefined,
)
test(onLoss, declared, {}, {}, {onLoss: 'resume'}, unwatched)
test(onLoss, {...declared, 'sse.on.loss': 'abort'}, {}, {}, {onLoss: 'abort'}, undefined)
test(onLoss, {'sse.resume': 'none'}, {...declared, ...watched}, {}, {onLoss: 'abort'}, undefined)
test(onLoss, {'sse.on.loss': 'resume', ...watched}, {}, {}, undefined, undeclared)
test(onLoss, {'sse.on.loss': 'resume', 'sse.resume': 'none'}, {...declared, ...watched}, {}, undefined, undeclared)
test(
  onLoss,
  {'sse.on.loss': 'event:{"a": 1}'},
  declared,
  {},
  {onLoss: 'event', lossEvent: {type: '', data: '{"a": 1}'}},
  undefined,
)
test(onLoss, {'sse.on.loss': 'event:error {"a": 1}'}, {}, {}, {lossEvent: {type: 'error', data: '{"a": 1}'}}, undefined)
test(onLoss, {'sse.on.loss': 'event:gone'}, {}, {}, {lossEvent: {type: '', data: 'gone'}}, undefined)
test(
  onLoss,
  {
    ...declared,
    ...watched,
    'sse.id.order': 'increasing',
    'sse.gap': 'end',
    'sse.event.limit': '64k',
    'sse.response.timeout': '0',
    maxFailoverAttempts: '7',
    failoverSleep: '20',
  },
  {},
  {},
  {idOrder: 'increasing', gap: 'end', eventLimit: 65_536, resumeAttempts: 7, resumeSleep: 20, resumeTimeout: 0},
  undefined,
)

test('a provider for HA of another name refuses the topology', t => {
  const topologies = [topology([service('X')], [provider('authentication', 'Anonymous'), provider('ha', 'HaProvder')])]
  t.deepEqual(compiled({topologies}).told, [
    't.xml:3:1: provider-unavailable: there is no provider ha/HaProvder, only HaProvider',
  ])
})

test('attempts to go on are those of HaProvider, where it is on', t => {
  const ha = provider('ha', 'HaProvider', {X: 'enabled=true;maxFailoverAttempts=9;failoverSleep=20'})
  const topologies = [topology([service('X', {failoverSleep: '30'})], [ha])]
  t.like(dispatchOf({topologies})?.stream, {resumeAttempts: 9, resumeSleep: 30})
})

test('a provider that is missing refuses the topology; disabled it does not', t => {
  const shiro = (enabled: boolean) => [
    topology([service('X')], [provider('authentication', 'HadoopAuth', {}, enabled)]),
  ]
  t.deepEqual(compiled({topologies: shiro(true)}).told, [
    't.xml:3:1: provider-unavailable: there is no provider authentication/HadoopAuth; the topology is not served without it',
  ])
  t.deepEqual(compiled({topologies: shiro(false)}).told, [
    't.xml:1:1: warning: topology-open: t has no authentication: it is served open',
  ])
})

test('with strict validation an open topology is refused', t => {
  const site = {'gateway.strict.topology.validation': 'true'}
  const {told, plan} = compiled({topologies: [topology([service('X')], [])], site})
  t.deepEqual(told, ['t.xml:1:1: topology-open: t has no authentication'])
  t.deepEqual(plan.topologies, {})
  t.deepEqual(compiled({topologies: [topology([service('X')])], site}).told, [])
})

test('a provider takes the group settings of the site when it asks for them; its own go before', t => {
  const site = {
    'gateway.group.config.hadoop.user.group.static.mapping.overrides': 'a=b',
    'gateway.group.config.principal.mapping': 'c=d',
  }
  const anonymous = provider('authentication', 'Anonymous')
  const paramsOf = (params: Readonly<Record<string, string>>) => {
    const groups = provider('identity-assertion', 'HadoopGroupProvider', params)
    const given = {topologies: [topology([service('X')], [anonymous, groups])], site}
    t.deepEqual(compiled(given).told, [])
    return planOf(given)?.providers[1]?.params
  }
  const prefix = {CENTRAL_GROUP_CONFIG_PREFIX: 'gateway.group.config'}
  t.deepEqual(paramsOf({}), {})
  t.deepEqual(paramsOf({...prefix, 'Principal.mapping': 'e=f'}), {
    ...prefix,
    'hadoop.user.group.static.mapping.overrides': {a: ['b']},
    'principal.mapping': {e: ['f']},
  })
  const misspelt = {
    topologies: [topology([service('X')], [anonymous, provider('identity-assertion', 'HadoopGroupProvider', prefix)])],
    site: {'gateway.group.config.x': 'y'},
  }
  t.deepEqual(compiled(misspelt).told, [
    'site.xml:1:1: param-unknown: x is not a param of identity-assertion/HadoopGroupProvider',
  ])
})

test('a param that a provider does not have is a fault', t => {
  const mapping = provider('identity-assertion', 'default', {'principal.mappings': 'a=b'})
  t.deepEqual(
    compiled({topologies: [topology([service('X')], [provider('AUTHENTICATION', 'anonymous'), mapping])]}).told,
    [
      't.xml:3:1: param-unknown: principal.mappings is not a param of identity-assertion/Default; did you mean principal.mapping?',
    ],
  )
})

test('identity assertion is added when none is named, not when one is disabled', t => {
  const disabled = topology([service('X')], [provider('identity-assertion', 'Default', {}, false)])
  t.deepEqual(planOf({topologies: [disabled]})?.providers, [])
})

test('a role without a definition lends its URL', t => {
  const hdfs = {urls: [{url: 'hdfs://nn:8020', at: {file: 't.xml', line: 6, column: 1}}]}
  const given = {topologies: [topology([service('NAMENODE', {}, hdfs), service('XX')])]}
  t.deepEqual(compiled(given).told, [
    't.xml:5:1: warning: role-undefined: no definition has the role XX; did you mean X?; it only lends its URL to rules',
  ])
  const lent = new Map(Object.entries(planOf(given)?.rewrite.serviceUrls ?? {}))
  t.deepEqual(lent.get('NAMENODE'), ['hdfs://nn:8020'])
})

test('the digest follows content, not places', t => {
  const digest = (topologies: readonly TopologyDescriptor[]) => planOf({topologies})?.digest
  const one = topology([service('X')])
  t.is(digest([one]), digest([{...one, at: {file: 't.xml', line: 9, column: 9}}]))
  t.not(digest([one]), digest([topology([service('X', {'sse.retry': '1'})])]))
})
