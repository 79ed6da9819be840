import test from 'ava'
import {missingOf, rowsOf} from './helpers/named-tests.js'

for (const [page, least] of [
  ['docs/streams.md', 30],
  ['docs/security.md', 60],
] as const)
  test(`each promise of ${page} names tests that there are`, t => {
    const rows = rowsOf(page)
    t.true(rows.length >= least, `${rows.length} rows`)
    for (const row of rows) t.deepEqual(missingOf(row), [], row)
  })

test('a row whose test is not there, or that names none, is seen', t => {
  t.deepEqual(missingOf('| a | `promises` › no such title |'), ['`promises` › no such title'])
  t.deepEqual(missingOf('| a | `architecture` › `no such piece` |'), ['`architecture` › `no such piece`'])
  t.deepEqual(missingOf('| a | b |'), ['b'])
})
