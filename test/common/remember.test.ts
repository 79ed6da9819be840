import test from 'ava'
import {remember} from '../../gateway/common/remember.js'

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
