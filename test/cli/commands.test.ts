import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {provider} from '../helpers/guarded.js'
import {definition, type HomeText, site, temporaryHome} from '../helpers/home.js'
import {xTopology} from '../server/through.js'
import {gateway} from './program.js'

const FILES: HomeText = {
  ...definition('X', 'sse'),
  'conf/gateway-site.xml': site({'gateway.port': '9000'}),
  'conf/topologies/t.xml': xTopology(['http://one:1', 'http://two:2'], {ha: 'enabled=true'}),
}
const GATED: HomeText = {...FILES, 'conf/gateway-site.xml': site({'gateway.servlet.async.supported': 'true'})}

test('check of a sound home: 0', async t => {
  const {code, out} = await gateway(['check', '--home', temporaryHome(t, GATED)])
  t.is(code, 0)
  t.is(out, '0 faults, 0 warnings\n')
})

test('a warning is none of check’s business unless it is strict', async t => {
  const home = temporaryHome(t, FILES)
  const {code, out} = await gateway(['check', '--home', home])
  t.is(code, 0)
  t.regex(out, /^conf\/topologies\/t\.xml:\d+:\d+: warning: [^\n]+\n0 faults, 1 warning\n$/)
  t.is((await gateway(['check', '--home', home, '--strict'])).code, 78)
})

const mistake = test.macro({
  async exec(t, file: string, text: string, expected: RegExp) {
    const home = temporaryHome(t, {...GATED, [file]: text})
    const {code, out} = await gateway(['check', '--home', home])
    t.is(code, 78)
    t.regex(out, expected)
    t.regex(out, /\n1 fault, \d+ warnings?\n$/)
  },
  title: (title = '') => `a mistake is understood from its message: ${title}`,
})

const SERVICE = GATED['data/services/x/1.0/service.xml'] ?? ''
const TOPOLOGY = GATED['conf/topologies/t.xml'] ?? ''

test(
  'a misspelt element',
  mistake,
  'conf/topologies/t.xml',
  TOPOLOGY.replaceAll('gateway>', 'gatway>'),
  /^conf\/topologies\/t\.xml:1:11: element-unknown: .*gatway.*did you mean <gateway>\?/m,
)
test(
  'a tag that is not closed',
  mistake,
  'conf/topologies/t.xml',
  TOPOLOGY.replace('</url></service>', '</url>'),
  /^conf\/topologies\/t\.xml:\d+:\d+: xml-malformed: .*service/m,
)
test(
  'an unknown dispatch',
  mistake,
  'data/services/x/1.0/service.xml',
  SERVICE.replace('dispatch.SSEHaDispatch', 'dispatch.SSEHaDispach'),
  /SSEHaDispach.*did you mean .*SSEHaDispatch\?/,
)

test('check of single files, as JSON', async t => {
  const home = temporaryHome(t, {...GATED, 'conf/topologies/t.xml': '<topology><servce/></topology>'})
  const {code, out} = await gateway(['check', '--json', join(home, 'conf/topologies/t.xml')], {GATEWAY_HOME: home})
  t.is(code, 78)
  const told = JSON.parse(out) as {faults: number; problems: {code: string; severity: string; at: object}[]}
  t.is(told.faults, told.problems.filter(({severity}) => severity === 'fault').length)
  const unknown = told.problems.find(({code: name}) => name === 'element-unknown')
  t.like(unknown, {severity: 'fault', at: {line: 1, column: 11}})
  const sound = await gateway(['check', '--home', home, join(home, 'data/services/x/1.0/service.xml')])
  t.is(sound.code, 0)
  t.is((await gateway(['check', join(home, 'no-such.xml')])).code, 78)
})

test('explain tells where a request goes and why', async t => {
  const home = temporaryHome(t, GATED)
  const url = 'https://gw.test:8443/gateway/t/x/a/b?c=d'
  const {code, out} = await gateway(['explain', 'GET', url, '--home', home, '-H', 'Accept: text/plain'])
  t.is(code, 0)
  for (const line of [
    /^request +GET https:\/\/gw\.test:8443\/gateway\/t\/x\/a\/b\?c=d$/m,
    /^topology +t$/m,
    /^service +X x 1\.0 \(conf\/topologies\/t\.xml:2\)$/m,
    /^route +\/x\/\*\*\?\*\* \(/m,
    /^rule +X\/in \(data\/services\/x\/1\.0\/rewrite\.xml:2\): /m,
    /^function +\{\$serviceUrl\[X\]\} gives http:\/\/one:1$/m,
    /^filter +Anonymous passes as anonymous$/m,
    /^filter +rewrite passes$/m,
    /^target +http:\/\/one:1\/a\/b\?c=d$/m,
    /^dispatch +org\.apache\.knox\.gateway\.ha\.dispatch\.SSEHaDispatch \(from the service, with failover\)$/m,
    /^endpoint +http:\/\/two:2$/m,
    /^gate +open$/m,
  ])
    t.regex(out, line)
  const json = await gateway(['explain', 'GET', url, '--home', home, '--json'])
  t.like(JSON.parse(json.out), {target: 'http://one:1/a/b?c=d', topology: 't', gate: 'open'})
})

const unserved = test.macro({
  async exec(t, url: string, expected: RegExp) {
    const {code, out} = await gateway(['explain', 'GET', url, '--home', temporaryHome(t, GATED)])
    t.is(code, 1)
    t.regex(out, expected)
  },
  title: (_, url) => `explain says why ${url} is not served`,
})

test(unserved, '/gateway/u/x/a', /refused +404 no-topology: [\s\S]*topologies +t$/m)
test(unserved, '/gateway/t/y/a', /refused +404 no-route: [\s\S]*there is +X \/x\/\*\*$/m)
test(unserved, '/other', /refused +404 not-found: /)

test('plan prints what is served', async t => {
  const home = temporaryHome(t, GATED)
  const {code, out} = await gateway(['plan', '--home', home])
  t.is(code, 0)
  const plan = JSON.parse(out) as {topologies: Record<string, {services: {role: string}[]}>}
  t.is(plan.topologies['t']?.services[0]?.role, 'X')
  t.like(JSON.parse((await gateway(['plan', 't', '--home', home])).out), {name: 't'})
  t.is((await gateway(['plan', 'u', '--home', home])).code, 78)
})

test('plan prints no secret, also one that stands in a topology itself', async t => {
  const oidc = provider('federation', 'pac4j', {
    'pac4j.callbackUrl': 'https://gw/gateway/t/x',
    'oidc.discoveryUri': 'https://id/',
    'oidc.id': 'gateway',
    'oidc.secret': 'hunter2',
  })
  const append = '<param><name>requestAppendHeaders</name><value>X-Key: hunter2; X-Other: S{ALIAS=key}</value></param>'
  const service = `<service><role>X</role><url>http://s/</url>${append}</service>`
  const home = temporaryHome(t, {
    ...definition('X'),
    'conf/topologies/t.xml': `<topology><gateway>${oidc}</gateway>${service}</topology>`,
    'data/security/secrets/key': 'hunter2',
  })
  const {code, out} = await gateway(['plan', '--home', home])
  t.is(code, 0)
  t.notRegex(out, /hunter2/)
  for (const shown of ['"oidc.secret": "***"', '"S{ALIAS=key}"']) t.true(out.includes(shown), shown)
})

test('settings prints values and where they came from', async t => {
  const home = temporaryHome(t, FILES)
  const {code, out} = await gateway(['settings', '--home', home], {GATEWAY_IDLE_TIMEOUT: '7s'})
  t.is(code, 0)
  t.regex(out, /^gateway\.port +9000 +conf\/gateway-site\.xml:1$/m)
  t.regex(out, /^gateway\.idle\.timeout +\S+ +environment GATEWAY_IDLE_TIMEOUT$/m)
  t.regex(out, /^gateway\.path +gateway +default$/m)
})

test('list prints what there is', async t => {
  const home = temporaryHome(t, {...GATED, 'conf/topologies/u.xml': '<topology><servce/></topology>'})
  const list = async (kind: string) => (await gateway(['list', kind, '--home', home])).out
  t.regex(await list('topologies'), /^t +conf\/topologies\/t\.xml +served\nu +refused: bin\/gateway check tells why\n$/)
  t.regex(await list('services'), /^X +x +1\.0 +data\/services\/x\/1\.0\/service\.xml\n$/)
  t.regex(await list('dispatches'), /^org\.apache\.knox\.gateway\.sse\.SSEDispatch +sse/m)
  t.regex(await list('functions'), /^\{\$serviceUrl\[…\]\}$/m)
  t.regex(await list('params'), /^## Of both$/m)
  t.regex(await list('params'), /^\| `loadBalancing` \| `round-robin` \| /m)
  t.regex(await list('providers'), /^## authentication: Anonymous$/m)
})

test('version', async t => {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  const {version} = JSON.parse(text) as {version: string}
  for (const args of [['version'], ['--version']])
    t.deepEqual(await gateway(args), {code: 0, out: `${version}\n`, err: ''})
})

const misused = test.macro({
  async exec(t, ...args: string[]) {
    const {code, err} = await gateway(args)
    t.is(code, 2)
    t.regex(err, /error: /)
  },
  title: (_, ...args) => `gateway ${args.join(' ')}: 2`,
})

test(misused, 'strat')
test(misused, 'start', '--prot', '1')
test(misused, 'start', '--port', '70000')
test(misused, 'start', '--port', 'x')
test(misused, 'list', 'everything')
test(misused, 'explain', 'GET')
