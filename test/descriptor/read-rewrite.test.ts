import test from 'ava'
import {readRewrite} from '../../gateway/descriptor/read-rewrite.js'
import {read} from './given.js'

const rules = (inner: string) => `<rules>${inner}</rules>`
const at = (line: number, column = 1) => ({file: 'conf/t.xml', line, column})

test('rules are read with their steps', t => {
  const text = `<rules>
<functions><hostmap config="/h.txt"/></functions>
<rule dir="IN" name="S/in" pattern="*://*:*/**/s/{path=**}?{**}">
<rewrite template="{$serviceUrl[S]}/{path=**}?{**}"/>
</rule>
<rule name="S/out" flow="or" scope="S" direction="OUT+request">
<match pattern="a" oper="o" flow="ALL">
<rewrite template=""/>
</match>
<check op="equals" input="{x}" value="y"/>
<control><encrypt-query/></control>
<encrypt template="{host}" param="p"/>
<rule url="b"><rewrite parameter="c"/></rule>
</rule>
</rules>`
  const {descriptor, told} = read(readRewrite, text)
  t.deepEqual(told, [])
  t.deepEqual(descriptor?.functions, [{name: 'hostmap', attributes: {config: '/h.txt'}, at: at(2, 12)}])
  t.deepEqual(descriptor?.rules, [
    {
      name: 'S/in',
      directions: ['in'],
      scope: undefined,
      pattern: '*://*:*/**/s/{path=**}?{**}',
      flow: 'and',
      steps: [{kind: 'rewrite', template: '{$serviceUrl[S]}/{path=**}?{**}', at: at(4)}],
      at: at(3),
    },
    {
      name: 'S/out',
      directions: ['in', 'out'],
      scope: 'S',
      pattern: undefined,
      flow: 'or',
      steps: [
        {
          kind: 'match',
          pattern: 'a',
          operator: 'o',
          flow: 'all',
          steps: [{kind: 'rewrite', template: '', at: at(8)}],
          at: at(7),
        },
        {kind: 'check', operator: 'equals', input: '{x}', value: 'y', flow: 'and', steps: [], at: at(10)},
        {
          kind: 'control',
          flow: 'and',
          steps: [{kind: 'encrypt-query', param: undefined, template: undefined, at: at(11, 10)}],
          at: at(11),
        },
        {kind: 'encrypt', param: 'p', template: '{host}', at: at(12)},
        {
          kind: 'rule',
          rule: {
            name: 'S/out',
            directions: ['in', 'out'],
            scope: undefined,
            pattern: 'b',
            flow: 'and',
            steps: [{kind: 'rewrite', template: 'c', at: at(13, 15)}],
            at: at(13),
          },
          at: at(13),
        },
      ],
      at: at(6),
    },
  ])
})

test('filters are read with their parts', t => {
  const text = `<rules>
<filter name="f">
<content type="*/json" asType="application/json">
<apply path="$.a" rule="r"/>
<buffer path="$.b"><detect path="$.c" value="d"><apply path="$.e" rule="*"/></detect><apply path="$.f"/></buffer>
<scope path="$.g"/>
</content>
</filter>
</rules>`
  const {descriptor, told} = read(readRewrite, text)
  t.deepEqual(told, [])
  t.deepEqual(descriptor?.filters, [
    {
      name: 'f',
      contents: [
        {
          type: '*/json',
          asType: 'application/json',
          parts: [
            {kind: 'apply', path: '$.a', rule: 'r', at: at(4)},
            {
              kind: 'buffer',
              path: '$.b',
              parts: [
                {
                  kind: 'detect',
                  path: '$.c',
                  value: 'd',
                  parts: [{kind: 'apply', path: '$.e', rule: '*', at: at(5, 49)}],
                  at: at(5, 20),
                },
                {kind: 'apply', path: '$.f', rule: undefined, at: at(5, 86)},
              ],
              at: at(5),
            },
            {kind: 'scope', path: '$.g', parts: [], at: at(6)},
          ],
          at: at(3),
        },
      ],
      at: at(2),
    },
  ])
})

const faults = test.macro({
  exec(t, text: string, expected: RegExp) {
    const {descriptor, told} = read(readRewrite, text)
    t.is(descriptor, undefined)
    t.is(told.length, 1, told.join('\n'))
    t.regex(told[0] ?? '', expected)
  },
  title: (_, text: string, expected: RegExp) => `${text} is refused: ${expected.source}`,
})

test(faults, '<rewrite/>', /^1:1: root-unexpected: the root element is <rewrite>, not <rules>/)
test(faults, rules('<rule dir="IN"/>'), /^1:8: attribute-missing: <rule> has no attribute name/)
test(faults, rules('<rule name=" "/>'), /^1:14: attribute-missing: name of <rule> is empty/)
test(faults, rules('<rule name="r" dir="INN"/>'), /^1:23: value-invalid: the direction is "INN"/)
test(faults, rules('<rule name="r" dir=""/>'), /value-invalid: the direction is ""/)
test(
  faults,
  rules('<rule name="r" dir="IN" direction="IN"/>'),
  /attribute-duplicate: direction and dir of <rule> are the same/,
)
test(faults, rules('<rule name="r" flow="xor"/>'), /value-invalid: flow is "xor"/)
test(
  faults,
  rules('<rule name="r" patern="x"/>'),
  /attribute-unknown: unknown attribute patern of <rule>: did you mean pattern\?/,
)
test(
  faults,
  rules('<rule name="r"><rewrite template="a" param="b"/></rule>'),
  /attribute-duplicate: template and param/,
)
test(faults, rules('<rule name="r"><rewrite/></rule>'), /attribute-missing: <rewrite> has no attribute template/)
test(
  faults,
  rules('<rule name="r"><mach/></rule>'),
  /element-unknown: unknown element <mach> in <rule>: did you mean <match>\?/,
)
test(
  faults,
  rules('<rule name="r"><match><rewrte template="x"/></match></rule>'),
  /unknown element <rewrte> in <match>: did you mean <rewrite>\?/,
)
test(
  faults,
  rules('<rule name="r"><check input="a" value="b"/></rule>'),
  /attribute-missing: <check> has no attribute oper/,
)
test(
  faults,
  rules('<rule name="r"><check op="equals" value="b"/></rule>'),
  /attribute-missing: <check> has no attribute input/,
)
test(faults, rules('<filter><content type="*/*"/></filter>'), /attribute-missing: <filter> has no attribute name/)
test(faults, rules('<filter name="f"><content/></filter>'), /attribute-missing: <content> has no attribute type/)
test(
  faults,
  rules('<filter name="f"><content type="*/*"><detect path="a" value="b"/></content></filter>'),
  /unknown element <detect> in <content>/,
)
test(
  faults,
  rules('<filter name="f"><content type="*/*"><apply rule="r"/></content></filter>'),
  /attribute-missing: <apply> has no attribute path/,
)

const warns = test.macro({
  exec(t, text: string, expected: RegExp) {
    const {descriptor, told} = read(readRewrite, text)
    t.truthy(descriptor)
    t.is(told.length, 1, told.join('\n'))
    t.regex(told[0] ?? '', expected)
  },
  title: (_, text: string, expected: RegExp) => `${text} is read with a warning: ${expected.source}`,
})

test(
  warns,
  rules('<rule name="r"/>\n<rule name="r"/><rule name="r"/>'),
  /^2:1: warning: rule-duplicate: the rule r is in line 1 too/,
)
test(
  warns,
  rules('<filter name="f"/>\n<filter name="f"/>'),
  /^2:1: warning: rule-duplicate: the filter f is in line 1 too/,
)
test(warns, rules('<rule name="r">></rule>'), /^1:23: warning: text-unexpected: text in <rule> has no effect: ">"/)
test(
  warns,
  rules('<rule name="r"><filter type="response"><x/></filter></rule>'),
  /warning: element-unused: <filter> of <rule>/,
)
