import test from 'ava'
import {decodeQuery, decryptQuery, encodeQuery, encryptQuery} from '../../gateway/rewrite/query-steps.js'
import {TamperedError} from '../../gateway/rewrite/sealer.js'
import {unknownOperators} from '../../gateway/rewrite/unknown-operators.js'
import {check, control, match, plain, rule, testSealer} from './descriptors.js'

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

test('operators that nobody knows are found however deep', t => {
  const nested = rule('inner', {}, check('looks-like', '{a}', 'b'))
  const at = nested.at
  const steps = [
    match('*://*/**', control('or', {kind: 'rule', rule: nested, at})),
    check('resembles', '{a}', 'b', plain('encrypt-query')),
    check('EQUALS', '{a}', 'b'),
  ]
  t.deepEqual(
    unknownOperators(rule('r', {}, ...steps)).map(({operator}) => operator),
    ['looks-like', 'resembles'],
  )
})

test('an encrypted query replaces what a client adds, and must be there', t => {
  const hidden = encryptQuery('http://h/p?a=1&b=2', testSealer)
  t.is(hidden, 'http://h/p?_=sealed-YT0xJmI9Mg')
  t.is(decryptQuery(`${hidden}&a=evil&c=3`, testSealer), 'http://h/p?c=3&a=1&b=2')
  t.is(decryptQuery('http://h/p?a=1', testSealer), undefined)
  t.throws(() => decryptQuery('http://h/p?_=x', testSealer), {instanceOf: TamperedError})
})
