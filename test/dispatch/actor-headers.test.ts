import test from 'ava'
import {actorTelling} from '../../gateway/dispatch/actor-headers.js'

const tells = test.macro({
  exec(t, groups: readonly string[], {pattern = '.*', longest = 1000}, expected: readonly string[]) {
    const tell = actorTelling({id: 'Id', groupsPrefix: 'Groups', groups: {pattern, longest}})
    t.deepEqual(tell({name: 'alice', groups}), ['Id', 'alice', ...expected])
  },
  title: (_, groups, options) => `${groups} with ${JSON.stringify(options)}`,
})

test(tells, [], {}, [])
test(tells, ['a', 'b'], {}, ['Groups-1', 'a,b'])
test(tells, ['aa', 'bb', 'cc', 'dddddd', 'e'], {longest: 5}, [
  'Groups-1',
  'aa,bb',
  'Groups-2',
  'cc',
  'Groups-3',
  'dddddd',
  'Groups-4',
  'e',
])
test(tells, ['ab', 'abc', 'b'], {pattern: 'ab|b'}, ['Groups-1', 'ab,b'])
// a comma would make two of one, and neither the others nor a line end can stand in a header
test(tells, ['a,admin', 'j\u00f6rg', '\u4e2d', 'a\r\nX: y', '\u010d\u010aX: y', ''], {}, ['Groups-1', 'j\u00f6rg'])

test('who acts is told, not for whom', t => {
  const tell = actorTelling({id: 'Id', groupsPrefix: 'Groups', groups: {pattern: '.*', longest: 1000}})
  t.deepEqual(tell({name: 'bob', groups: [], proved: 'alice'}), ['Id', 'alice'])
  t.deepEqual(tell(undefined), ['Id', ''])
})
