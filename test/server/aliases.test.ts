import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import test, {type ExecutionContext} from 'ava'
import {aliasStore} from '../../gateway/secrets/alias-store.js'
import {createMaster} from '../../gateway/secrets/master.js'
import {loadHome} from '../../gateway/server/files/home.js'
import {definition, type HomeText, temporaryHome} from '../helpers/home.js'
import {fieldOf} from '../helpers/message.js'
import {ask, exchanged, type ThroughOptions, whole, xTopology} from './through.js'

const STORE = 'data/security/aliases.json'
const MASTER = 'data/security/master'

/** Files of a home with these aliases. */
function secrets(t: ExecutionContext, aliases: Readonly<Record<string, Readonly<Record<string, string>>>>): HomeText {
  const home = temporaryHome(t, {})
  createMaster(home, 'a master secret', false)
  const store = aliasStore(home, () => 'a master secret')
  for (const [cluster, entries] of Object.entries(aliases))
    for (const [name, value] of Object.entries(entries)) store.set(cluster, name, value)
  return Object.fromEntries([MASTER, STORE].map(path => [path, readFileSync(join(home, path), 'utf8')]))
}

/** Of the alias `the.key` of the topology `t`, under another master secret than any of these tests. */
const SEALED = JSON.stringify({version: 1, salt: 'AAAA', clusters: {t: {'the.key': 'A'.repeat(64)}}})

const alias = (name: string) => `$\{ALIAS=${name}}`

const KEYED: Readonly<Record<string, string>> = {requestAppendHeaders: `X-Key: Bearer ${alias('the.key')}`}

const reaches = test.macro({
  async exec(t, options: ThroughOptions | ((t: ExecutionContext) => ThroughOptions), expected: string) {
    const given = typeof options === 'function' ? options(t) : options
    const {asked, gateway, told} = await exchanged(t, ask('/a'), whole('ok'), {params: KEYED, ...given})
    t.is(fieldOf(asked.headers, 'x-key'), expected)
    t.false(`${JSON.stringify(gateway.plan)} ${told.join(' ')}`.includes('hunter2'), 'neither plan nor log holds it')
  },
  title: (title = '') => `the service gets the secret, ${title}`,
})

test('of the topology’s alias', reaches, t => ({files: secrets(t, {t: {'the.key': 'hunter2'}})}), 'Bearer hunter2')
test(
  'of the topology’s alias before the gateway’s',
  reaches,
  t => ({files: secrets(t, {__gateway: {'the.key': 'x'}, t: {'the.key': 'hunter2'}})}),
  'Bearer hunter2',
)
test(
  'of the gateway’s alias',
  reaches,
  t => ({files: secrets(t, {__gateway: {'the.key': 'hunter2'}})}),
  'Bearer hunter2',
)
test('of a mounted file', reaches, {files: {'data/security/secrets/the.key': 'hunter2\n'}}, 'Bearer hunter2')
test('of a variable', reaches, {gateway: {environment: {GATEWAY_ALIAS_THE_KEY: 'hunter2'}}}, 'Bearer hunter2')
test(
  'also by Knox’s other spelling, two in one value',
  reaches,
  {
    params: {requestAppendHeaders: `X-Key: S{ALIAS=one}/${alias('two')}`},
    gateway: {environment: {GATEWAY_ALIAS_ONE: 'hunter2', GATEWAY_ALIAS_TWO: '$&'}},
  },
  'hunter2/$&',
)

const refused = test.macro({
  exec(t, files: HomeText, environment: Readonly<Record<string, string>>, message: RegExp) {
    const home = temporaryHome(t, {
      ...definition('X'),
      'conf/topologies/t.xml': xTopology(['http://h:1'], {params: KEYED}),
      ...files,
    })
    const {refused, problems} = loadHome(home, environment)
    t.deepEqual(Object.keys(refused), ['t'])
    const [problem] = problems
    t.is(problem?.code, 'alias-unknown')
    t.is(problem?.at.file, 'conf/topologies/t.xml')
    t.regex(problem?.message ?? '', message)
  },
  title: (title = '') => `a topology is refused: ${title}`,
})

test(
  'an alias that is not there',
  refused,
  {},
  {},
  /the\.key; bin\/gateway create-alias the\.key --cluster t makes one/,
)
test(
  'a name that leads out of the folder',
  refused,
  {
    'data/security/outside': 'x',
    'data/security/secrets/a': 'x',
    'conf/topologies/t.xml': xTopology(['http://h:1'], {
      params: {requestAppendHeaders: `X-Key: ${alias('../outside')}`},
    }),
  },
  {},
  /there is no \.\.\/outside/,
)
test('no master secret', refused, {[STORE]: SEALED}, {}, /there is no master secret/)
test(
  'another master secret',
  refused,
  {[STORE]: SEALED},
  {GATEWAY_MASTER: 'x'},
  /does not open the alias the\.key of t/,
)

test('an alias whose value its param cannot have refuses the topology, and is not told', t => {
  const pem = `<param><name>knox.token.verification.pem</name><value>${alias('pem')}</value></param>`
  const jwt = `<provider><role>federation</role><name>JWTProvider</name><enabled>true</enabled>${pem}</provider>`
  const {refused} = loadHome(
    temporaryHome(t, {'conf/topologies/t.xml': `<topology><gateway>${jwt}</gateway></topology>`}),
    {
      GATEWAY_ALIAS_PEM: 'hunter2',
    },
  )
  t.deepEqual(
    refused['t']?.filter(problem => problem.severity === 'fault').map(({code, message}) => [code, message]),
    [['param-invalid', `knox.token.verification.pem: the value of ${alias('pem')} is none that it may have`]],
  )
})

test('another value of an alias is a change of the topologies that name it, and of no other', t => {
  const home = temporaryHome(t, {
    ...definition('X'),
    'conf/topologies/t.xml': xTopology(['http://h:1'], {params: KEYED}),
    'conf/topologies/other.xml': xTopology(['http://h:1']),
    ...secrets(t, {t: {'the.key': 'one'}}),
  })
  const first = loadHome(home, {})
  aliasStore(home, () => 'a master secret').set('t', 'the.key', 'two')
  const second = loadHome(home, {}, first)
  t.not(second.plan.topologies['t']?.digest, first.plan.topologies['t']?.digest)
  t.is(second.plan.topologies['other']?.digest, first.plan.topologies['other']?.digest)
  t.is(loadHome(home, {}, second).plan.topologies['t']?.digest, second.plan.topologies['t']?.digest)
})
