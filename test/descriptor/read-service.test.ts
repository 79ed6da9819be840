import test from 'ava'
import {readService} from '../../gateway/descriptor/read-service.js'
import {read} from './given.js'

const service = (inner: string, attributes = 'role="S" name="s" version="1"') =>
  `<service ${attributes}>${inner}</service>`
const route = (inner: string) => service(`<routes><route path="/s/**">${inner}</route></routes>`)

test('a definition is read with every part and its place', t => {
  const text = `<service role="S" name="s" version="1.0.0">
<metadata><whatever/></metadata><testURLs><testURL>/a</testURL></testURLs>
<policies><policy role="webappsec"/><policy role="authentication" name="Anonymous"/></policies>
<routes>
<route path="/s/**?**">
<rewrite apply="S/in" to="request.url"/><rewrite apply="S/out" to="response.body"/>
<dispatch contributor-name="http-client"/>
</route>
</routes>
<dispatch classname=" C " use-two-way-ssl="true"><param><name>p</name><value>v</value></param></dispatch>
<param><name>q</name><value>w</value></param>
</service>`
  const {descriptor, told} = read(readService, text)
  t.deepEqual(told, [])
  const at = (line: number, column = 1) => ({file: 'conf/t.xml', line, column})
  const none = {
    className: undefined,
    haClassName: undefined,
    contributorName: undefined,
    haContributorName: undefined,
    httpClientFactory: undefined,
    useTwoWaySsl: false,
    params: [],
  }
  t.deepEqual(descriptor, {
    role: 'S',
    name: 's',
    version: '1.0.0',
    routes: [
      {
        path: '/s/**?**',
        rewrites: [
          {apply: 'S/in', to: 'request.url', at: at(6)},
          {apply: 'S/out', to: 'response.body', at: at(6, 41)},
        ],
        dispatch: {...none, contributorName: 'http-client', at: at(7)},
        policies: [],
        at: at(5),
      },
    ],
    dispatch: {
      ...none,
      className: 'C',
      useTwoWaySsl: true,
      params: [{name: 'p', value: 'v', at: at(10, 50)}],
      at: at(10),
    },
    params: [{name: 'q', value: 'w', at: at(11)}],
    policies: [
      {role: 'webappsec', name: undefined, at: at(3, 11)},
      {role: 'authentication', name: 'Anonymous', at: at(3, 37)},
    ],
    at: at(1),
  })
})

const faults = test.macro({
  exec(t, text: string, expected: RegExp) {
    const {descriptor, told} = read(readService, text)
    t.is(descriptor, undefined)
    t.is(told.length, 1, told.join('\n'))
    t.regex(told[0] ?? '', expected)
  },
  title: (_, text: string, expected: RegExp) => `${text} is refused: ${expected.source}`,
})

test(faults, '<topology/>', /^1:1: root-unexpected/)
test(faults, service(''), /^1:1: definition-without-routes/)
test(faults, service('<routes/>'), /^1:1: definition-without-routes/)
test(
  faults,
  service('<routes><route path="/s"/></routes>', 'role="S" name="s"'),
  /^1:1: attribute-missing: <service> has no attribute version/,
)
test(
  faults,
  service('<routes><route path="/s"/></routes>', 'role="S" name="../s" version="1"'),
  /^1:19: name-invalid: name is "..\/s"/,
)
test(
  faults,
  service('<routes><route path="/s"/></routes>', 'role="S" name="s" version=".."'),
  /^1:28: name-invalid: version/,
)
test(faults, service('<routes><route/></routes>'), /attribute-missing: <route> has no attribute path/)
test(
  faults,
  route('<rewrite apply="r" to="request.uri"/>'),
  /value-invalid: to is "request.uri": did you mean request.url\?/,
)
test(faults, route('<rewrite to="request.url"/>'), /attribute-missing: <rewrite> has no attribute apply/)
test(
  faults,
  route('<rewrite apply="r" too="x" to="request.url"/>'),
  /attribute-unknown: unknown attribute too of <rewrite>/,
)
test(
  faults,
  route('<dispatch><classname>C</classname></dispatch>'),
  /element-unknown: unknown element <classname> in <dispatch>: write it as an attribute/,
)
test(faults, route('<dispatch use-two-way-ssl="maybe"/>'), /value-invalid: use-two-way-ssl is "maybe"/)

test('a rewrite that is applied to nothing is left out and told', t => {
  const {descriptor, told} = read(readService, route('<rewrite apply="r"/>'))
  t.deepEqual(descriptor?.routes[0]?.rewrites, [])
  t.regex(told.join(), /warning: apply-without-target: r is applied to nothing/)
})
