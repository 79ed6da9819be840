import test from 'ava'
import {printProblem} from '../../gateway/common/problem.js'
import {explain} from '../../gateway/server/explain.js'
import {loadHome} from '../../gateway/server/files/home.js'
import {newParts} from '../../gateway/server/live/parts.js'
import {testClock} from '../helpers/clock.js'
import {definition, site, temporaryHome} from '../helpers/home.js'
import {fieldOf} from '../helpers/message.js'
import {exchanged, through, xTopology} from './through.js'

const DEFAULT = {'default.app.topology.name': 't'}
const MOVED = 'HTTP/1.1 302 Found\r\nLocation: /base/next\r\nContent-Length: 0\r\n\r\n'

/** What the service is asked for, of the default topology `t`. */
const goesTo = test.macro({
  async exec(t, target: string, sent: string, settings: Readonly<Record<string, string>> = {}) {
    const request = `GET ${target} HTTP/1.1\r\nHost: gw.test\r\n\r\n`
    const {asked, answer} = await exchanged(t, request, MOVED, {settings: {...DEFAULT, ...settings}})
    t.is(asked.startLine, `GET ${sent} HTTP/1.1`)
    t.is(fieldOf(asked.headers, 'x-forwarded-context'), `/${settings['gateway.path'] ?? 'gateway'}/t`)
    t.is(answer.startLine, 'HTTP/1.1 302 Found')
  },
  title: (_, target) => `with a default topology ${target} is one of its addresses`,
})

test(goesTo, '/x/a?b=c', '/a?b=c')
test(goesTo, '/gateway/t/x/a', '/a')
test(goesTo, '/x/a', '/a', {'gateway.path': 'one/two'})

const answers = test.macro({
  async exec(t, target: string, settings: Readonly<Record<string, string>>, status: number, location?: string) {
    const {client} = await through(t, async () => {}, {settings})
    const asking = await client()
    await asking.send(`GET ${target} HTTP/1.1\r\nHost: gw.test\r\n\r\n`)
    const {startLine, headers} = await asking.response()
    t.is(startLine.split(' ')[1], String(status))
    t.is(fieldOf(headers, 'location'), location)
  },
  title: (_, target, settings: object, status) =>
    `${target} is answered with ${status}${'default.app.topology.name' in settings ? ', for all a default topology' : ''}`,
})

test(answers, '/x/a', {}, 404)
test(answers, '/gateway/none/x/a', DEFAULT, 404)
test(answers, '/gatewayx/a', DEFAULT, 404)
test(answers, '/x/../../a', DEFAULT, 400)
test(answers, '/healthz', DEFAULT, 200)
test(answers, '/gateway/t', {}, 302, '/gateway/t/')
test(answers, '/gateway/t?a=b', {}, 302, '/gateway/t/?a=b')
test(answers, '/gateway/t/', {}, 404)
test(answers, '/gateway/none', {}, 404)

test('a default topology that is not there is told', t => {
  const told = (name: string) => {
    const home = temporaryHome(t, {
      ...definition('X'),
      'conf/gateway-site.xml': site({'default.app.topology.name': name}),
      'conf/topologies/sandbox.xml': xTopology(['http://x:1']),
    })
    return loadHome(home, {}).problems.map(printProblem)
  }
  t.deepEqual(told('sandbox'), [])
  t.deepEqual(told('sandbx'), [
    'conf/gateway-site.xml:1:1: warning: topology-missing: default.app.topology.name is sandbx, and there is no such topology; did you mean sandbox?',
  ])
})

test('explain finds what the default topology has', async t => {
  const home = temporaryHome(t, {
    ...definition('X'),
    'conf/gateway-site.xml': site(DEFAULT),
    'conf/topologies/t.xml': xTopology(['http://x:1']),
  })
  const loaded = loadHome(home, {})
  const parts = newParts(loaded, {clock: testClock(), log: {info() {}, warn() {}, error() {}}, lookup: undefined})
  const told = await explain(loaded.plan, parts, {method: 'GET', url: 'http://gw/x/a', headers: []})
  t.is(told.url, 'http://gw/x/a')
  t.is(told.target, 'http://x:1/a')
  await parts.close()
})
