import test from 'ava'
import {decodeQuery, encodeQuery} from '../../gateway/rewrite/query-steps.js'
import {unsupportedSteps} from '../../gateway/rewrite/unsupported-steps.js'
import {check, control, match, plain, rule} from './descriptors.js'

const becomes = test.macro({
  exec(t, step: (url: string) => string, url: string, expected: string) {
    t.is(step(url), expected)
  },
  title: (_, step: (url: string) => string, url: string) => `${step.name} of ${url}`,
})

test(becomes, encodeQuery, 'http://h/p?a=1&b=2', 'http://h/p?_=YT0xJmI9Mg')
test(becomes, encodeQuery, 'http://h/p', 'http://h/p')
test(becomes, decodeQuery, 'http://h/p?_=YT0xJmI9Mg', 'http://h/p?a=1&b=2')
test(becomes, decodeQuery, 'http://h/p?c=3&_=YT0xJmI9Mg', 'http://h/p?c=3&a=1&b=2')
test(becomes, decodeQuery, 'http://h/p?a=evil&_=YT0xJmI9Mg', 'http://h/p?a=1&b=2')
test(becomes, decodeQuery, 'http://h/p?a=1', 'http://h/p?a=1')
test(becomes, decodeQuery, 'http://h/p', 'http://h/p')
test(becomes, decodeQuery, 'http://h/p?_=', 'http://h/p')

test('steps that cannot be done are found however deep', t => {
  const nested = rule('inner', {}, plain('encrypt-query'))
  const at = nested.at
  const steps = [
    match('*://*/**', control('or', {kind: 'rule', rule: nested, at})),
    check('resembles', '{a}', 'b', plain('encrypt-query')),
    check('EQUALS', '{a}', 'b'),
    plain('decode-query'),
  ]
  t.deepEqual(
    unsupportedSteps(rule('r', {}, ...steps)).map(({step}) => step),
    ['encrypt-query', 'check oper="resembles"', 'encrypt-query'],
  )
})
