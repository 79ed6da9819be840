import test from 'ava'
import {decodeQuery, decryptQuery, encodeQuery, encryptQuery} from '../../gateway/rewrite/query-steps.js'
import {sealer, TamperedError} from '../../gateway/rewrite/sealer.js'
import {unknownOperators} from '../../gateway/rewrite/unknown-operators.js'
import {check, control, match, plain, rule, testKey} from './descriptors.js'

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

const sealing = sealer(testKey, 'sandbox')

test('what is encrypted comes back, each time in another form', t => {
  const [one, other] = [sealing.seal('a=1&b=é'), sealing.seal('a=1&b=é')]
  t.not(one, other)
  t.regex(one, /^[\w-]+$/)
  t.is(sealing.open(one), 'a=1&b=é')
  t.is(decryptQuery(`http://h/p?a=evil&_=${one}&c=3`, sealing), 'http://h/p?c=3&a=1&b=é')
  t.is(decryptQuery('http://h/p?a=1', sealing), undefined)
  t.is(decryptQuery(encryptQuery('http://h/p?a=1', sealing), sealing), 'http://h/p?a=1')
})

test('what was changed, cut, made elsewhere or with another key cannot be opened', t => {
  const sealed = sealing.seal('secret')
  const flipped = (sealed.startsWith('A') ? 'B' : 'A') + sealed.slice(1)
  const foreign = [
    flipped,
    sealed.slice(0, -2),
    `${sealed}AA`,
    `${sealed}=`,
    '',
    'x',
    sealer(testKey, 'other').seal('secret'),
    sealer(() => Buffer.alloc(32, 8), 'sandbox').seal('secret'),
  ]
  for (const text of foreign) t.throws(() => sealing.open(text), {instanceOf: TamperedError}, text)
})
