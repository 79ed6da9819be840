import {join} from 'node:path'
import test, {type ExecutionContext} from 'ava'
import {printProblem} from '../../../gateway/common/problem.js'
import {checkFiles} from '../../../gateway/server/files/check-files.js'
import {loadHome} from '../../../gateway/server/files/home.js'
import {definition, type HomeText, startGateway, temporaryHome, topology, writeHome} from '../../helpers/home.js'
import {scriptedService} from '../../helpers/scripted-service.js'
import {answering, whole} from '../through.js'

const PROVIDERS = JSON.stringify({providers: [{role: 'authentication', name: 'Anonymous', enabled: 'true'}]})
const YAML = 'providers:\n  - role: authentication\n    name: Anonymous\n    enabled: true\n'
const XML =
  '<gateway><provider><role>authentication</role><name>Anonymous</name><enabled>true</enabled></provider></gateway>'

const descriptor = (given: object) =>
  JSON.stringify({'provider-config-ref': 'shared', services: [{name: 'X', urls: ['http://x:1']}], ...given})

/** What a home with a definition of X and these files gives. */
function loaded(t: ExecutionContext, files: HomeText) {
  const home = temporaryHome(t, {...definition('X'), ...files})
  const {plan, problems, refused} = loadHome(home, {})
  return {home, plan, refused: Object.keys(refused), told: problems.map(printProblem)}
}

const resolves = test.macro({
  exec(t, reference: string, files: HomeText) {
    const {plan, told} = loaded(t, {
      'conf/descriptors/d.json': descriptor({'provider-config-ref': reference}),
      ...files,
    })
    t.deepEqual(told, [])
    t.deepEqual(
      plan.topologies['d']?.providers.map(({name}) => name),
      ['Anonymous', 'Default'],
    )
    t.deepEqual(plan.topologies['d']?.services[0]?.urls, ['http://x:1'])
  },
  title: (_, reference: string, files: HomeText) => `${reference} leads to ${Object.keys(files)[0]}`,
})

test(resolves, 'shared', {'conf/shared-providers/shared.json': PROVIDERS})
test(resolves, 'shared', {'conf/shared-providers/shared.yml': YAML})
test(resolves, 'shared', {'conf/shared-providers/shared.yaml': YAML})
test(resolves, 'shared', {'conf/shared-providers/shared.xml': XML, 'conf/shared-providers/shared.json': '{'})
test(resolves, 'shared.json', {'conf/shared-providers/shared.json': PROVIDERS})
test(resolves, 'shared.json', {'conf/descriptors/shared.json/../../shared-providers/shared.json': PROVIDERS})
test(resolves, '../shared-providers/shared.xml', {'conf/shared-providers/shared.xml': XML})

test('a descriptor in YAML is one as well, and its name is that of its file', t => {
  const text = 'provider-config-ref: shared\nservices:\n  - name: X\n    urls: [http://x:1]\n'
  const {plan, told} = loaded(t, {
    'conf/descriptors/a.b.yml': text,
    'conf/shared-providers/shared.json': PROVIDERS,
  })
  t.deepEqual(told, [])
  t.deepEqual(Object.keys(plan.topologies), ['a.b'])
})

const refuses = test.macro({
  exec(t, files: HomeText, expected: readonly string[]) {
    const {told, refused, plan} = loaded(t, files)
    t.deepEqual(told, expected)
    t.deepEqual(refused, ['d'])
    t.deepEqual(plan.topologies, {})
  },
  title: how => `${how} refuses the topology`,
})

test('a reference that leads nowhere', refuses, {'conf/descriptors/d.json': descriptor({})}, [
  'conf/descriptors/d.json:1:24: providers-unknown: there is no conf/descriptors/shared, conf/shared-providers/shared, conf/shared-providers/shared.xml, conf/shared-providers/shared.json, conf/shared-providers/shared.yml, conf/shared-providers/shared.yaml',
])
test(
  'a reference to something else',
  refuses,
  {'conf/descriptors/d.json': descriptor({}), 'conf/shared-providers/shared.xml': '<topology/>'},
  [
    'conf/descriptors/d.json:1:24: providers-unknown: conf/shared-providers/shared.xml is no provider configuration',
    'conf/shared-providers/shared.xml:1:1: topology-empty: shared has neither services nor providers',
  ],
)
test(
  'providers that are wrong, at their own place',
  refuses,
  {
    'conf/descriptors/d.json': descriptor({}),
    'conf/shared-providers/shared.json':
      '{"providers": [{"role": "authentication", "name": "Anonymus", "enabled": "true"}]}',
  },
  [
    'conf/shared-providers/shared.json:1:16: provider-unavailable: there is no provider authentication/Anonymus; did you mean Anonymous?; the topology is not served without it',
  ],
)
test('providers where a descriptor should be', refuses, {'conf/descriptors/d.json': PROVIDERS}, [
  'conf/descriptors/d.json:1:1: root-unexpected: a provider configuration belongs into conf/shared-providers',
])

const DISCOVERS = {
  'discovery-type': 'Ambari',
  'discovery-address': 'http://ambari:8080',
  services: [{name: 'X', params: {'discovery-cluster': 'c'}}],
}
const SHARED = {'conf/shared-providers/shared.json': PROVIDERS}

test(
  'a service whose URL would be discovered',
  refuses,
  {...SHARED, 'conf/descriptors/d.json': descriptor(DISCOVERS)},
  [
    'conf/descriptors/d.json:1:1: warning: topology-empty: d has no services',
    'conf/descriptors/d.json:1:45: discovery-unavailable: X has no urls, and nothing is discovered here',
  ],
)

test('what Knox discovered and wrote is served, and told', t => {
  const {plan, told} = loaded(t, {
    ...SHARED,
    'conf/descriptors/d.json': descriptor(DISCOVERS),
    'conf/topologies/d.xml': topology([{role: 'X', urls: ['http://found:1']}]),
  })
  t.deepEqual(plan.topologies['d']?.services[0]?.urls, ['http://found:1'])
  t.deepEqual(told, [
    'conf/descriptors/d.json:1:120: warning: discovery-unavailable: nothing is discovered here: the file that Knox wrote for d is served as it is',
  ])
})

test('a descriptor that has all goes before the file that Knox wrote of it, faulty or not', t => {
  for (const text of [topology([{role: 'X', urls: ['http://old:1']}]), '<topology>']) {
    const {plan, refused, told} = loaded(t, {
      ...SHARED,
      'conf/descriptors/d.json': descriptor({}),
      'conf/topologies/d.xml': text,
    })
    t.deepEqual(plan.topologies['d']?.services[0]?.urls, ['http://x:1'])
    t.deepEqual(refused, [])
    t.regex(told.join('\n'), /^conf\/topologies\/d\.xml:\d+:\d+: (warning: topology-duplicate|xml-malformed): /)
  }
})

test('a service without URLs and params is left out, as in Knox, and descriptors of Hadoop are told', t => {
  const services = [{name: 'X', urls: ['http://x:1']}, {name: 'Y'}]
  const {plan, told} = loaded(t, {
    ...SHARED,
    'conf/descriptors/d.json': descriptor({services}),
    'conf/descriptors/cm.hxr': '<configuration/>',
  })
  t.deepEqual(
    plan.topologies['d']?.services.map(({role}) => role),
    ['X'],
  )
  t.deepEqual(told, [
    'conf/descriptors/cm.hxr:1:1: warning: file-unused: descriptors in the XML of Hadoop are not read; write them in JSON or YAML',
    'conf/descriptors/d.json:1:80: warning: service-left-out: Y has neither urls nor params; it is left out, as in Knox',
  ])
})

test('topologies may end in .conf', t => {
  const {plan} = loaded(t, {
    'conf/topologies/old.conf': topology([{role: 'X', urls: ['http://x:1']}]),
    'conf/topologies/README': 'none',
  })
  t.deepEqual(Object.keys(plan.topologies), ['old'])
})

test('single files are judged: a descriptor with its providers, providers by themselves', t => {
  const {home} = loaded(t, {
    'conf/descriptors/d.json': descriptor({
      'provider-config-ref': 'wrong',
      services: [{name: 'Z', urls: ['http://x']}],
    }),
    'conf/shared-providers/wrong.json': '{"providers": [{"role": "a"}]}',
  })
  const check = (file: string) =>
    checkFiles('.', [join(home, file)], {}).map(problem => printProblem(problem).replace(`${home}/`, ''))
  t.deepEqual(check('conf/shared-providers/wrong.json'), [
    'conf/shared-providers/wrong.json:1:16: element-missing: <provider> has no <name>',
    'conf/shared-providers/wrong.json:1:16: element-missing: <provider> has no <enabled>',
  ])
  t.true(
    check('conf/descriptors/d.json').some(line =>
      /^conf\/descriptors\/d\.json:1:\d+: warning: role-undefined: /.test(line),
    ),
  )
})

test('requests reach the service of a descriptor, and its providers may change meanwhile', async t => {
  const service = await scriptedService(answering([], whole('hello')))
  t.teardown(() => service.close())
  const services = [{name: 'X', urls: [`http://127.0.0.1:${service.port}`]}]
  const {url, gateway, home} = await startGateway(t, {
    ...definition('X'),
    ...SHARED,
    'conf/descriptors/d.json': descriptor({services}),
  })
  t.is(await (await fetch(`${url}/d/x/a`)).text(), 'hello')
  writeHome(home, {
    'conf/shared-providers/shared.json': JSON.stringify({
      providers: [{role: 'federation', name: 'HeaderPreAuth', enabled: true}],
    }),
  })
  await gateway.reload()
  t.is((await fetch(`${url}/d/x/a`)).status, 403)
})
