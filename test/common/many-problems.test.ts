import test from 'ava'
import {MOST_PROBLEMS, problems} from '../../gateway/common/problem.js'

test('of a file that has nothing right in it the first problems are told, and how many more there are', t => {
  const found = problems()
  const at = (file: string, line: number) => ({file, line, column: 1})
  for (let line = 1; line <= 10_000; line++) found.warning('element-unused', at('a.xml', line), `line ${line}`)
  for (let line = 1; line <= MOST_PROBLEMS + 1; line++) found.fault('element-unknown', at('a.xml', line), 'no')
  found.fault('element-unknown', at('b.xml', 1), 'no')
  const {all} = found
  t.is(all.length, 2 * MOST_PROBLEMS + 3)
  t.deepEqual(
    all
      .filter(({code}) => code === 'problems-more')
      .map(({severity, message, at: {line}}) => [severity, line, message]),
    [
      ['warning', MOST_PROBLEMS + 1, `${10_000 - MOST_PROBLEMS} more warnings of this file are not told`],
      ['fault', MOST_PROBLEMS + 1, '1 more faults of this file are not told'],
    ],
  )
})

test('a file whose faults are not told is faulty all the same, also when its problems are told on', t => {
  const [found, told] = [problems(), problems()]
  const at = {file: 'a.xml', line: 1, column: 1}
  for (let i = 0; i <= MOST_PROBLEMS; i++) found.fault('element-unknown', at, `${i}`)
  for (const {severity, code, message} of found.all) told[severity](code, at, message)
  t.true(told.faulty)
  t.is(told.all.at(-1)?.code, 'problems-more')
  t.is(told.all.length, MOST_PROBLEMS + 1)
})
