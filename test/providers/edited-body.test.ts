import test from 'ava'
import type {Sink} from '../../gateway/http/body.js'
import {bytesBody} from '../../gateway/http/body.js'
import {editedBody} from '../../gateway/providers/edited-body.js'
import {testClock} from '../helpers/clock.js'

const piecesOf = test.macro({
  exec(t, cost: (piece: number) => number, expected: readonly number[]) {
    const works: (() => void)[] = []
    const pieces: number[] = []
    const clock = testClock()
    const editor = {
      push(text: string) {
        clock.turn(cost(pieces.push(text.length)))
        return text
      },
      end: () => '',
    }
    let [bytes, ends] = [0, 0]
    const sink: Sink = {
      write(chunk) {
        bytes += chunk.length
        return true
      },
      drained: again => again(),
      end: () => ends++,
      fail: error => t.fail(error.message),
    }
    const turns = {take: (work: () => void) => works.push(work)}
    editedBody(bytesBody(Buffer.alloc(100_000)), editor, {turns, clock}, error => t.fail(error.message)).flow(sink)
    for (let work = works.shift(); work !== undefined; work = works.shift()) {
      const before = pieces.length
      work()
      t.true(pieces.length <= before + 1)
    }
    t.deepEqual(pieces.slice(0, expected.length), expected)
    t.true(Math.max(...pieces) <= 8192)
    t.deepEqual([bytes, ends], [100_000, 1])
  },
  title: what => `of a large body one piece is edited in one work, and all of it; ${what}`,
})

test('pieces grow while they are quick', piecesOf, () => 0.1, [128, 256, 512, 1024, 2048, 4096, 8192, 8192])
test(
  'one that took long is followed by shorter ones',
  piecesOf,
  piece => (piece === 4 ? 1 : 0),
  [128, 256, 512, 1024, 256, 512],
)
test('while all of them take long they stay short', piecesOf, () => 1, [128, 128, 128, 128])
