import test from 'ava'
import {printProblem} from '../../gateway/common/problem.js'
import {loadHome} from '../../gateway/server/files/home.js'
import {definition, temporaryHome} from '../helpers/home.js'
import {xTopology} from '../server/through.js'

const URLS = ['http://h1:1', 'http://h2:2']

interface Files {
  /** Undefined: HA is off. */
  readonly ha?: string
  readonly params?: Readonly<Record<string, string>>
}

/** What the plan says of the service X, and what was told. */
function planned(t: Parameters<typeof temporaryHome>[0], files: Files) {
  const home = temporaryHome(t, {...definition('X', 'ha'), 'conf/topologies/t.xml': xTopology(URLS, files)})
  const {plan, problems} = loadHome(home, {})
  return {failover: plan.topologies['t']?.services[0]?.failover, told: problems.map(printProblem).join('\n')}
}

const says = test.macro({
  exec(t, ha: string, params: Readonly<Record<string, string>>, expected: object) {
    const {failover, told} = planned(t, {ha, params})
    t.is(told, '')
    t.like(failover, expected)
  },
  title: (_, ha, params) => `HaProvider says ${ha}, the service ${JSON.stringify(params)}`,
})

const healthy = {ejectAfter: 3, ejectionTime: 10_000, slowStart: 30_000}

test(says, 'enableLoadBalancing=true', {}, {enableLoadBalancing: true, balancing: undefined, health: undefined})
test(
  says,
  'loadBalancing=least-streams',
  {},
  {enableLoadBalancing: true, balancing: {method: 'least-streams', hashOn: 'principal', weights: []}, health: healthy},
)
test(
  says,
  'loadBalancing=hash;hashOn=header:X-User-ID;weights=3, 1;ejectAfter=5;ejectionTime=1m;slowStart=0',
  {hashOn: 'cookie: Room'},
  {
    balancing: {method: 'hash', hashOn: 'cookie:Room', weights: [3, 1]},
    health: {ejectAfter: 5, ejectionTime: 60_000, slowStart: 0},
  },
)
test(
  says,
  'enabled=true',
  {weights: '2'},
  {enableLoadBalancing: true, balancing: {method: 'round-robin', weights: [2]}},
)
test(says, 'enableLoadBalancing=false;loadBalancing=hash', {}, {enableLoadBalancing: false, balancing: undefined})
test(says, 'ejectAfter=2', {}, {enableLoadBalancing: false, balancing: undefined, health: {...healthy, ejectAfter: 2}})

const refuses = test.macro({
  exec(t, files: Files, expected: RegExp) {
    t.regex(planned(t, files).told, expected)
  },
  title: (_, files) => `told of: ${JSON.stringify(files)}`,
})

test(refuses, {ha: 'loadBalancing=fastest'}, /param-invalid: .*"fastest" is none of round-robin, least-streams, hash/)
test(refuses, {ha: 'hashOn=header'}, /param-invalid: .*"header" is none of principal, header:NAME, cookie:NAME/)
test(refuses, {ha: 'weights=1,0'}, /param-invalid: .*"0" is not a whole number from 1/)
test(refuses, {ha: 'weights=1,2,3'}, /weights-too-many: X has 3 weights and 2 URLs/)
test(refuses, {params: {loadBalancing: 'hash'}}, /warning: balancing-unused: X: loadBalancing has no effect/)
test(
  refuses,
  {params: {failoverOnIdle: 'true', failoverStatuses: '503'}},
  /balancing-unused: X: failoverStatuses, failoverOnIdle has no effect, since HA is off for it/,
)
test(
  refuses,
  {ha: 'hashOn=principal;weights=1'},
  /warning: balancing-unused: X: hashOn .* there is no loadBalancing=hash/,
)
test(refuses, {ha: 'stickySessionCookieName=a b'}, /param-invalid: .*"a b" is not the name of a cookie/)
test(
  refuses,
  {ha: 'enableStickySession=true'},
  /warning: balancing-unused: X: enableStickySession has no effect, since there is no enableLoadBalancing/,
)
test(
  refuses,
  {ha: 'enableLoadBalancing=true;noFallback=true;stickySessionCookieName=C'},
  /balancing-unused: X: noFallback, stickySessionCookieName has no effect, since there is no enableStickySession/,
)
test(refuses, {ha: 'enableStickySession=false;noFallback=false'}, /^$/)
test(refuses, {ha: 'loadBalancing=hash;enableStickySession=true;noFallback=true'}, /^$/)
test(
  refuses,
  {ha: 'healthCheckInterval=1s', params: {healthyThreshold: '2', resolveInterval: '5s'}},
  /X: healthCheckInterval, healthyThreshold has no effect, since there is no healthCheckPath\n.*resolveInterval/,
)
test(
  says,
  'resolveNames=srv;stickySessionHeader=Mcp-Session-Id;healthCheckPath=/up',
  {
    healthCheckStatuses: '200, 300-399',
    useTwoWaySsl: 'true',
    'httpclient.http2': 'offered',
    resolveInterval: '1m',
    stickySessionTtl: '0',
  },
  {
    enableLoadBalancing: false,
    names: {kind: 'srv', interval: 60_000},
    session: {header: 'mcp-session-id', ttl: 0},
    health: {
      ejectAfter: 0,
      ejectionTime: 10_000,
      slowStart: 30_000,
      checks: {
        path: '/up',
        interval: 10_000,
        timeout: 2000,
        statuses: [
          [200, 200],
          [300, 399],
        ],
        host: '',
        twoWay: true,
        http2: 'offered',
        healthy: 2,
        unhealthy: 3,
      },
    },
  },
)
test(refuses, {ha: 'healthCheckPath=health'}, /param-invalid: .*"health" is not a path such as \/health/)
test(refuses, {ha: 'healthCheckInterval=0;healthCheckPath=/'}, /param-invalid: .*"0" is too short/)
test(refuses, {ha: 'stickySessionHeader=a b'}, /param-invalid: .*"a b" is not the name of a header/)
