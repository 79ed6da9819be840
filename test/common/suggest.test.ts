import test from 'ava'
import {nearest, suggestion} from '../../gateway/common/suggest.js'

const meant = test.macro({
  exec(t, given: string, names: readonly string[], expected: string | undefined) {
    t.is(nearest(given, names), expected)
  },
  title: (_, given: string, names: readonly string[], expected) => `${given} of ${names.join(', ')} means ${expected}`,
})

test(meant, 'maxFailoverAttemps', ['enabled', 'maxFailoverAttempts'], 'maxFailoverAttempts')
test(meant, 'NODSE', ['NODES', 'MODES'], 'NODES')
test(meant, 'GATEWAY.PORT', ['gateway.host', 'gateway.port'], 'gateway.port')
test(meant, 'XX', ['X', 'YY'], 'X')
test(meant, 'livy', ['sse', 'atlas'], undefined)
test(meant, 'gateway.port', ['gateway.path', 'gateway.host'], 'gateway.host')

test('a suggestion is the end of a message, or nothing', t => {
  t.is(suggestion('urls', ['url']), '; did you mean url?')
  t.is(suggestion('urls', []), '')
})
