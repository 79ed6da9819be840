import test from 'ava'
import {remember, rememberAlike, rememberText} from '../../gateway/common/remember.js'
import {bytesInUse} from '../helpers/bytes-in-use.js'

test('what was asked lately is not worked out again, and no more is kept than that', t => {
  const made: string[] = []
  const doubled = remember((text: string) => {
    made.push(text)
    return text + text
  }, 2)
  t.deepEqual(['a', 'b', 'a', 'b'].map(doubled), ['aa', 'bb', 'aa', 'bb'])
  t.deepEqual(made, ['a', 'b'])
  t.deepEqual(['c', 'a', 'c'].map(doubled), ['cc', 'aa', 'cc'])
  t.deepEqual(made, ['a', 'b', 'c', 'a'])
})

test('no answer is an answer too', t => {
  let made = 0
  const nothing = remember((_: object) => {
    made++
    return undefined
  })
  const asked = {}
  t.deepEqual([nothing(asked), nothing(asked), nothing({})], [undefined, undefined, undefined])
  t.is(made, 2)
})

test('what prints alike has one answer', t => {
  const holder = rememberAlike((asked: {readonly names: readonly string[]}) => ({asked}), 2)
  const first = holder({names: ['a']})
  t.is(holder({names: ['a']}), first)
  t.not(holder({names: ['b']}), first)
  t.is(holder({names: ['a']}), first)
})

test('as many answers as may be kept are kept, however often they are asked for', t => {
  const holder = rememberAlike((asked: string) => ({asked}), 2)
  const [one, other] = ['a', 'b'].map(holder)
  t.deepEqual([holder('a') === one, holder('b') === other, holder('a') === one], [true, true, true])
})

test('a text that was cut from a longer one does not hold that', t => {
  const nameOf = rememberText((text: string) => text.slice(1), 50)
  const before = bytesInUse()
  for (let i = 0; i < 50; i++)
    nameOf(
      Buffer.alloc(1_000_000, 97)
        .toString('latin1')
        .slice(-20 - i),
    )
  t.true(bytesInUse() - before < 10_000_000)
})

test('a long text is worked out each time', t => {
  let made = 0
  const lengthOf = rememberText((text: string) => {
    made++
    return text.length
  }, 2)
  for (const length of [256, 256, 257, 257]) t.is(lengthOf('x'.repeat(length)), length)
  t.is(made, 3)
})
