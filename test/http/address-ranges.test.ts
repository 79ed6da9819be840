import test from 'ava'
import {addressPatterns} from '../../gateway/http/address-ranges.js'

const holds = test.macro({
  exec(t, pattern: string, inside: readonly string[], outside: readonly string[]) {
    const set = addressPatterns([pattern])
    for (const address of inside) t.true(set.has(address), address)
    for (const address of outside) t.false(set.has(address), address)
  },
  title: (_, pattern) => `${pattern} is a pattern`,
})

test(holds, '*', ['10.0.0.1', '::1', '::ffff:10.0.0.1'], ['', 'host'])
test(holds, '10.1.*', ['10.1.0.0', '10.1.255.255', '::ffff:10.1.2.3'], ['10.10.0.1', '10.2.0.1', '::1'])
test(holds, '10.*.*.*', ['10.255.0.1'], ['11.0.0.1'])
test(holds, '0:*', ['::1', '0:5::'], ['10.0.0.1', '::ffff:10.0.0.1', '1::'])
test(holds, '2001:DB8:*', ['2001:db8::1', '2001:db8:ffff::'], ['2001:db9::1', '2001::db8:1'])
test(holds, '0:0:0:0:0:0:0:*', ['::1'], ['::1:1'])
test(holds, '::1', ['0:0:0:0:0:0:0:1'], ['::2', '127.0.0.1'])

const refuses = test.macro({
  exec(t, pattern: string) {
    t.throws(() => addressPatterns([pattern]), {instanceOf: RangeError, message: /neither an address nor a range/})
  },
  title: (_, pattern) => `${pattern} is no pattern`,
})

for (const pattern of ['10.1*', '300.*', '0:0:0:0:0:0:0:0:*', 'g:*', '::*', '1:*:*', '**', 'host'])
  test(refuses, pattern)
