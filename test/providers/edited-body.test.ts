import test from 'ava'
import type {Sink} from '../../gateway/http/body.js'
import {bytesBody} from '../../gateway/http/body.js'
import {editedBody} from '../../gateway/providers/edited-body.js'

test('of a large body no more than 8 KiB is edited in one work, less at first, and all of it', t => {
  const works: (() => void)[] = []
  const pieces: number[] = []
  const edit = () => ({
    push(text: string) {
      pieces.push(text.length)
      return text
    },
    end: () => '',
  })
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
  editedBody(bytesBody(Buffer.alloc(100_000)), edit, {take: work => works.push(work)}, error =>
    t.fail(error.message),
  ).flow(sink)
  for (let work = works.shift(); work !== undefined; work = works.shift()) {
    const before = pieces.length
    work()
    t.true(pieces.length <= before + 1)
  }
  t.deepEqual(pieces.slice(0, 5), [1024, 2048, 4096, 8192, 8192])
  t.true(Math.max(...pieces) <= 8192)
  t.deepEqual([bytes, ends], [100_000, 1])
})
