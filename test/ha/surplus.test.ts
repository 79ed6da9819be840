import test from 'ava'
import {surplus} from '../../gateway/ha/surplus.js'

const isMoved = test.macro({
  exec(t, holdings: readonly (readonly [weight: number, held: number])[], expected: readonly number[]) {
    const made = holdings.map(([weight, count], at) => ({
      weight,
      held: Array.from({length: count}, (_, i) => ({at, i})),
    }))
    const moved = surplus(made)
    t.deepEqual(
      holdings.map((_, i) => moved.filter(({at}) => at === i).length),
      expected,
    )
    for (const {at, i} of moved) t.true(i >= (holdings[at]?.[1] ?? 0) - (expected[at] ?? 0), 'the newest')
  },
  title: (_, holdings: readonly (readonly [weight: number, held: number])[]) =>
    `of ${holdings.map(([weight, held]) => `${held} by ${weight}`).join(', ')}`,
})

// weight and count of each, how many it gives up
test(
  isMoved,
  [
    [1, 250],
    [1, 250],
    [1, 250],
    [1, 250],
    [1, 0],
  ],
  [50, 50, 50, 50, 0],
)
test(
  isMoved,
  [
    [1, 2],
    [1, 1],
  ],
  [0, 0],
)
test(
  isMoved,
  [
    [2, 30],
    [1, 0],
  ],
  [10, 0],
)
test(
  isMoved,
  [
    [1, 0],
    [1, 0],
  ],
  [0, 0],
)
test(isMoved, [], [])
