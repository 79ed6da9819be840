import test from 'ava'
import {readTopology} from '../../gateway/descriptor/read-topology.js'
import {read} from './given.js'

const PROVIDER = '<provider><role>authentication</role><name>Anonymous</name><enabled>true</enabled></provider>'
const topology = (inner: string) => `<topology>${inner}</topology>`
const service = (inner: string) => topology(`<service><role>S</role>${inner}</service>`)

test('a topology is read with every part and its place', t => {
  const text = `<topology xmlns="urn:x">
<name>t</name>
<gateway>
<provider> <role> ha </role><name>HaProvider</name><enabled>TRUE</enabled>
<param><name>S</name><value> enabled=true </value></param>
<param name="R" value="a b"/>
</provider>
</gateway>
<service>
<role>S</role><name>s</name><version>1.0</version>
<url> http://one:1/a?b=c </url><url>http://two</url>
<param><name>p</name><value/></param>
<dispatch><ha-classname>H</ha-classname><use-two-way-ssl>true</use-two-way-ssl></dispatch>
</service>
<service><role>NAMENODE</role></service>
</topology>`
  const {descriptor, told} = read(readTopology, text)
  t.deepEqual(told, [])
  const at = (line: number, column: number) => ({file: 'conf/t.xml', line, column})
  t.deepEqual(descriptor, {
    name: 't',
    at: at(1, 1),
    providers: [
      {
        role: 'ha',
        name: 'HaProvider',
        enabled: true,
        params: [
          {name: 'S', value: 'enabled=true', at: at(5, 1)},
          {name: 'R', value: 'a b', at: at(6, 1)},
        ],
        at: at(4, 1),
      },
    ],
    services: [
      {
        role: 'S',
        name: 's',
        version: '1.0',
        urls: [
          {url: 'http://one:1/a?b=c', at: at(11, 7)},
          {url: 'http://two', at: at(11, 37)},
        ],
        params: [{name: 'p', value: '', at: at(12, 1)}],
        dispatch: {
          className: undefined,
          haClassName: 'H',
          contributorName: undefined,
          haContributorName: undefined,
          httpClientFactory: undefined,
          useTwoWaySsl: true,
          params: [],
          at: at(13, 1),
        },
        at: at(9, 1),
      },
      {
        role: 'NAMENODE',
        name: undefined,
        version: undefined,
        urls: [],
        params: [],
        dispatch: undefined,
        at: at(15, 1),
      },
    ],
  })
})

test('a file whose name cannot stand in an address is refused', t => {
  const told = (name: string) => read(readTopology, service('<url>http://s</url>'), `conf/topologies/${name}.xml`).told
  for (const name of ['a b', 'é', 'a#', 'a?b', 'a%20b', ' ', ''])
    t.regex(told(name)[0] ?? '', /^1:1: topology-name: no address can hold/, name)
  for (const name of ['a-b_c.d~1', 'admin@x', "it's"]) t.deepEqual(told(name), [])
})

const faults = test.macro({
  exec(t, text: string, expected: RegExp) {
    const {faulty, told} = read(readTopology, text)
    t.true(faulty)
    t.is(told.length, 1, told.join('\n'))
    t.regex(told[0] ?? '', expected)
  },
  title: (_, text: string, expected: RegExp) => `${text} is refused: ${expected.source}`,
})

test(faults, '<configuration/>', /^1:1: root-unexpected: the root element is <configuration>, not <topology>/)
test(faults, '<topology/>', /^1:1: topology-empty: t has neither/)
test(
  faults,
  topology('<servce><role>S</role></servce><service><role>S</role></service>'),
  /^1:11: element-unknown: unknown element <servce> in <topology>: did you mean <service>\?/,
)
test(
  faults,
  service('<i:include xmlns:i="i"/>'),
  /element-unknown: unknown element <i:include> in <service>; there may be <role>/,
)
test(
  faults,
  service('<dispatch classname="C"/>'),
  /attribute-unknown: unknown attribute classname of <dispatch>: write it as an element <classname>/,
)
test(
  faults,
  '<topology nmae="t"><service><role>S</role></service></topology>',
  /attribute-unknown: unknown attribute nmae of <topology>/,
)
test(faults, topology('<service/>'), /1:11: element-missing: <service> has no <role>/)
test(faults, topology('<service><role> </role></service>'), /1:20: element-missing: <role> of <service> is empty/)
test(faults, service('<role>T</role>'), /1:34: element-duplicate: <role> is in <service> twice/)
test(faults, service('<param><name>p</name></param>'), /element-missing: <param> has no <value>/)
test(faults, service('<param><value>p</value></param>'), /element-missing: <param> has no <name>/)
test(
  faults,
  topology(`<gateway>${PROVIDER.replace('<enabled>true</enabled>', '')}</gateway>`).replace(
    '</topology>',
    '<service><role>S</role></service></topology>',
  ),
  /element-missing: <provider> has no <enabled>/,
)
test(
  faults,
  topology(`<gateway>${PROVIDER.replace('true', 'treu')}</gateway><service><role>S</role></service>`),
  /value-invalid: <enabled> is "treu", neither true nor false/,
)

test('a provider outside of <gateway>, which Knox overlooks, counts', t => {
  const {descriptor, told} = read(readTopology, service('').replace('<topology>', `<topology>${PROVIDER}<gateway/>`))
  t.deepEqual(
    descriptor?.providers.map(({name, enabled}) => [name, enabled]),
    [['Anonymous', true]],
  )
  t.regex(told.join('\n'), /^1:11: warning: element-misplaced: <provider> belongs into <gateway>[^\n]*$/)
})

test('all faults of a file are told at once', t => {
  const {told} = read(readTopology, topology('<service><url>x</url></service><a/><b/>'))
  t.deepEqual(
    told.map(each => each.split(' ')[1]),
    ['element-unknown:', 'element-unknown:', 'element-missing:', 'url-invalid:'],
  )
})

const warns = test.macro({
  exec(t, text: string, expected: RegExp) {
    const {faulty, told} = read(readTopology, text)
    t.false(faulty)
    t.is(told.length, 1, told.join('\n'))
    t.regex(told[0] ?? '', expected)
  },
  title: (_, text: string, expected: RegExp) => `${text} is read with a warning: ${expected.source}`,
})

test(warns, topology(`<gateway>${PROVIDER}</gateway>`), /^1:1: warning: topology-empty: t has no services/)
test(
  warns,
  topology('<application/><application><x/></application>'),
  /^1:11: warning: element-unused: <application> of <topology>/,
)
test(
  warns,
  topology('<name>u</name><service><role>S</role></service>'),
  /warning: element-unused: <name> says u; the topology is called t/,
)
test(
  warns,
  topology('x<service><role>S</role></service>'),
  /^1:11: warning: text-unexpected: text in <topology> has no effect: "x"/,
)
test(warns, service('<url>http://me:pw@h/</url>'), /warning: url-unused: user and password/)
test(warns, service('<url>http://h/#x</url>'), /warning: url-unused: the part after "#"/)

test('a topology with faults is read as far as it goes', t => {
  const {descriptor} = read(readTopology, topology('<service/><service><role>S</role></service>'))
  t.deepEqual(
    descriptor?.services.map(({role}) => role),
    ['', 'S'],
  )
})

test('what only informs is silent', t => {
  const {told} = read(
    readTopology,
    topology('<generated>true</generated><redeployTime>1</redeployTime><service><role>S</role></service>'),
  )
  t.deepEqual(told, [])
})

const urls = test.macro({
  exec(t, url: string, expected: RegExp | undefined) {
    const {descriptor, told} = read(readTopology, service(`<url>${url}</url>`))
    if (expected === undefined) t.deepEqual([descriptor?.services[0]?.urls[0]?.url, told], [url, []])
    else t.regex(told.join(), expected)
  },
  title: (_, url: string, expected?: RegExp) =>
    `${url} ${expected === undefined ? 'is a URL of a service' : `is none: ${expected.source}`}`,
})

test(urls, 'http://h', undefined)
test(urls, 'HTTPS://h.test:8443/a/b%20c?d=e', undefined)
test(urls, 'ws://[::1]:1/', undefined)
test(urls, 'hdfs://nameservice1', undefined)
test(urls, 'rpc://localhost:8050', undefined)
test(urls, 'http://under_score:65535/', undefined)
test(urls, '', /url-invalid: "" is no address/)
test(urls, '/path', /is no address/)
test(urls, 'h:8080', /has the scheme h;/)
test(urls, 'http:/h', /is no address/)
test(urls, 'http:///path', /names no host/)
test(urls, 'http://:80/', /names no host/)
test(urls, 'http://h:0/', /has the port 0/)
test(urls, 'http://h:65536/', /has the port 65536/)
test(urls, 'http://h:x/', /is no address/)
test(urls, 'file://h/etc/passwd', /has the scheme file/)
test(urls, 'javascript:alert(1)', /has the scheme javascript/)
test(urls, 'http://h/a b', /holds " "/)
test(urls, 'http://h/&#10;X: 1', /holds "\\n"/)
test(urls, 'http://h/\u00e9', /holds "é"/)
test(urls, 'http://h\\@evil/', /holds "\\\\"/)
test(urls, 'http://a/{x}', /holds "\{"/)
