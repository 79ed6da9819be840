import test from 'ava'
import {problems as collection, printProblem} from '../../gateway/common/problem.js'
import {parseData} from '../../gateway/dialects/data.js'
import {gatewayOf} from '../../gateway/dialects/provider-configuration.js'
import {readSimpleDescriptor} from '../../gateway/dialects/simple-descriptor.js'
import type {XmlElement} from '../../gateway/xml/xml-element.js'

const asXml = ({name, text, children}: XmlElement): string =>
  `<${name}>${text}${children.map(asXml).join('')}</${name}>`

function read(value: unknown) {
  const problems = collection()
  const root = parseData('d.json', Buffer.from(JSON.stringify(value)), problems)
  if (!root) throw new Error('the case is not well-formed')
  const own = collection()
  const descriptor = readSimpleDescriptor(root, own)
  return {descriptor, gateway: gatewayOf(root, problems), told: own.all.map(printProblem), problems}
}

test('a service stands as in a topology, without what is for discoveries', t => {
  const services = [
    {
      name: 'A',
      version: '1.0',
      urls: ['http://a?x&amp;y', 'http://b'],
      params: {b: 1, 'discovery-c': 'd', e: '&lt;&amp;lt;'},
    },
    {name: 'B', params: {a: 'b'}},
    {name: 'KNOX'},
  ]
  const {descriptor, told} = read({'provider-config-ref': 'p', services})
  t.deepEqual(told, [])
  t.deepEqual(descriptor.services.map(asXml), [
    '<service><role>A</role><version>1.0</version><url>http://a?x&y</url><url>http://b</url><param><name>b</name><value>1</value></param><param><name>e</name><value><&lt;</value></param></service>',
    '<service><role>B</role><param><name>a</name><value>b</value></param></service>',
    '<service><role>KNOX</role></service>',
  ])
  t.is(descriptor.reference?.text, 'p')
})

test('services with nothing of their own are those of a discovery, which needs a type and an address', t => {
  const services = [{name: 'A'}, {name: 'B', params: {'discovery-x': 'y'}, urls: []}]
  const {descriptor} = read({'provider-config-ref': 'p', 'discovery-type': 'T', services})
  t.deepEqual(descriptor.services, [])
  t.deepEqual(
    descriptor.bare.map(({role}) => role),
    ['A', 'B'],
  )
  t.is(descriptor.discovery, undefined)
  const asking = read({'provider-config-ref': 'p', 'discovery-type': 'T', 'discovery-address': 'http://a', services})
  t.is(asking.descriptor.discovery?.line, 1)
})

const tells = test.macro({
  exec(t, value: unknown, expected: string) {
    t.deepEqual(read(value).told, [expected])
  },
  title: (_, value: unknown) => `${JSON.stringify(value)} is told`,
})

test(tells, {}, 'd.json:1:1: element-missing: provider-config-ref names no file with providers')
test(
  tells,
  {'provider-config-ref': ' '},
  'd.json:1:2: element-missing: provider-config-ref names no file with providers',
)
test(
  tells,
  {'provider-config-ref': 'p', servces: []},
  'd.json:1:28: element-unknown: unknown key servces of a descriptor; did you mean services?',
)
test(tells, {'provider-config-ref': 'p', services: {a: 'b'}}, 'd.json:1:39: value-invalid: services must be a list')
test(
  tells,
  {'provider-config-ref': 'p', services: [{name: ['A'], urls: ['http://a']}]},
  'd.json:1:48: value-invalid: role is a list, not text',
)
test(
  tells,
  {'provider-config-ref': 'p', applications: [{name: 'a'}]},
  'd.json:1:28: warning: element-unused: applications of a descriptor are known to Knox and have no effect here',
)

test('providers stand as in a topology', t => {
  const provider = {role: 'authentication', name: 'X', enabled: true, params: {a: '&amp;', b: 20}}
  const {gateway, problems} = read({
    providers: [provider, {role: 'ha', name: 'HaProvider', enabled: 'false'}],
    readOnly: true,
  })
  t.deepEqual(problems.all.map(printProblem), [])
  t.is(
    asXml(gateway),
    '<gateway><provider><role>authentication</role><name>X</name><enabled>true</enabled><param><name>a</name><value>&</value></param><param><name>b</name><value>20</value></param></provider><provider><role>ha</role><name>HaProvider</name><enabled>false</enabled></provider></gateway>',
  )
})
