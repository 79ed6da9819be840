import test from 'ava'
import {PieceLength} from '../../gateway/pipeline/piece-length.js'
import {testClock} from '../helpers/clock.js'

const lengths = test.macro({
  exec(t, costs: readonly number[], expected: readonly number[]) {
    const clock = testClock()
    const pieces = new PieceLength(clock, 10, 80)
    const seen = costs.map(cost => {
      let given = 0
      pieces.work(length => {
        given = length
        clock.turn(cost)
      })
      return given
    })
    t.deepEqual(seen, expected)
  },
  title: (_, costs: readonly number[]) => `pieces that take ${costs.join(', ')} ms`,
})

// milliseconds of each piece, its bytes
test(lengths, [0, 0, 0, 0, 0], [10, 20, 40, 80, 80])
test(lengths, [0.5, 0.5, 0.5], [10, 20, 40])
test(lengths, [0, 0, 0, 0.6, 0, 0], [10, 20, 40, 80, 20, 40])
test(lengths, [1, 1, 0, 1, 1], [10, 10, 10, 20, 10])
