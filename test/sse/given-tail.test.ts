import test from 'ava'
import fc from 'fast-check'
import {GivenTail, Repeats} from '../../gateway/sse/given-tail.js'

/** Upper case letters have an ID of their own; lower case ones have none. */
const digestOf = (letter: string) => letter.charCodeAt(0) * 2 + (letter < 'a' ? 1 : 0)

const gives = test.macro({
  exec(t, tail: string, beginning: string, expected: string) {
    const repeats = new Repeats([...tail].map(digestOf))
    const verdicts = [...beginning].map(letter => repeats.next(digestOf(letter)).charAt(0))
    t.is(verdicts.join(''), expected)
  },
  title: (_, tail, beginning, expected) => `after ${tail || 'nothing'}, ${beginning} is ${expected}`,
})

// tail, beginning, for each event: given, open, new
test(gives, '', 'a', 'n')
test(gives, 'ABC', 'D', 'n')
test(gives, 'ABC', 'CD', 'gn')
test(gives, 'ABC', 'BCD', 'ggn')
test(gives, 'ABC', 'BD', 'gn')
test(gives, 'ABxy', 'xyC', 'ogn')
test(gives, 'ABxy', 'xC', 'on')
test(gives, 'ABxy', 'yC', 'gn')
test(gives, 'AxBx', 'xBxC', 'gggn')
test(gives, 'xyxy', 'xyxyz', 'ogogn')
test(gives, 'xyxy', 'xyz', 'ogn')
test(gives, 'AAA', 'AAB', 'ggn')
test(gives, 'AxA', 'xAB', 'ogn')

test('a tail keeps what came last', t => {
  fc.assert(
    fc.property(fc.array(fc.nat(), {maxLength: 1000}), digests => {
      const tail = new GivenTail()
      for (const digest of digests) tail.add(digest)
      t.deepEqual(tail.digests, digests.slice(-256))
    }),
    {numRuns: 200},
  )
})

test('a tail that comes again from anywhere, and goes on, is given up to its end', t => {
  const letters = fc.array(fc.constantFrom('A', 'B', 'x', 'y'), {minLength: 1, maxLength: 12})
  fc.assert(
    fc.property(letters, fc.nat(), (tail, from) => {
      const beginning = tail.slice(from % tail.length)
      const repeats = new Repeats(tail.map(digestOf))
      const verdicts = beginning.map(letter => repeats.next(digestOf(letter)))
      t.is(verdicts.at(-1), 'given')
      t.is(repeats.next(digestOf('Z')), 'new')
    }),
  )
})
