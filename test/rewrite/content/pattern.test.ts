import test from 'ava'
import {literalOf, readPattern, wholePattern} from '../../../gateway/rewrite/content/pattern.js'
import {type PatternCost, patternCost} from '../../../gateway/rewrite/content/pattern-cost.js'

const costs = test.macro({
  exec: (t, pattern: string, expected: PatternCost) => t.is(patternCost(pattern), expected),
  title: (_, pattern: string, expected: string) => `${pattern} is ${expected}`,
})

test(costs, '.*\\.js', 'bounded')
test(costs, '(https?://[^/:,]+:[\\d]+)?/proxy/[^/]*', 'bounded')
test(costs, '(/[^/]+)+x', 'bounded')
test(costs, '([a-z]+-)*x', 'bounded')
test(costs, '(ab)+c', 'bounded')
test(costs, '(a+)+b', 'backtracks')
test(costs, '(a*)*', 'backtracks')
test(costs, '(a|b+)*c', 'backtracks')
test(costs, '((a)+)+', 'backtracks')
test(costs, '(\\w+\\s?)*$', 'backtracks')
test(costs, "/container(_[^/':,]+)+/[^/':,]+", 'backtracks')
test(costs, '(?!x)(a+)+b', 'unbounded')
test(costs, '(a+)+\\1', 'unbounded')

const holds = test.macro({
  exec: (t, pattern: string, expected: string) => t.is(literalOf(readPattern(pattern)), expected),
  title: (_, pattern: string, expected: string) => `every find of ${pattern} holds "${expected}"`,
})

test(holds, '.*\\.js', '.js')
test(holds, 'jmx\\?qry', 'jmx?qry')
test(holds, 'ab*c', 'a')
test(holds, '(a|b)cd?', 'c')
test(holds, 'a|b', '')
test(holds, '\\d+\\w', '')
test(holds, '(?i)abc', '')
test(holds, '[ab]c{2}de', 'de')

test('expressions are read as in Java', t => {
  t.true(wholePattern('(?i)ab').test('AB'))
  t.true(wholePattern('\\Qa.b\\E+').test('a.bb'))
  t.false(wholePattern('a').test('ab'))
  t.true(wholePattern('\\p{Alpha}+[\\p{Digit}_]\\P{Punct}').test('ab_c'))
  t.true(wholePattern('\\A[&\\[]\\z').test('['))
  t.true(wholePattern('é').test(Buffer.from('é').toString('latin1')))
  t.throws(() => readPattern('('), {instanceOf: RangeError, message: /^\( is no regular expression/})
  for (const other of ['[a-z&&[^b]]', '[a[b]]', '\\p{IsLatin}', '[\\P{Alpha}]', 'a\\R', 'a++', '(?>a)'])
    t.throws(() => readPattern(other), {instanceOf: RangeError}, other)
})
