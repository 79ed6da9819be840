import test from 'ava'
import fc from 'fast-check'
import {partAt, queryItems} from '../../gateway/template/query-items.js'

const pieces = fc.constantFrom('a', 'b', 'ab', '=', '&', '&', '&amp;', 'amp;', '{', '}', '%61')

test('a named part is found where a query is cut', t => {
  let found = 0
  fc.assert(
    fc.property(fc.array(pieces, {maxLength: 8}), fc.constantFrom('a', 'b', 'ab', 'amp'), (parts, name) => {
      const query = parts.join('')
      const at = partAt(query, name)
      if (at >= 0) found++
      t.is(
        at >= 0,
        queryItems(query).some(item => item.name === name),
        `${name} in ${query}`,
      )
      if (at >= 0) t.is(queryItems(query.slice(at))[0]?.name, name)
    }),
    {numRuns: 5000, seed: 7},
  )
  t.true(found > 200, `only ${found}`)
})

test('the next part of a name is found behind the first', t => {
  t.deepEqual([partAt('a=1&b&a', 'a'), partAt('a=1&b&a', 'a', 1), partAt('a=1&b&a', 'a', 7)], [0, 6, -1])
})
