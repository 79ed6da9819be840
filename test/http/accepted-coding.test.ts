import test from 'ava'
import {acceptedCoding} from '../../gateway/http/accepted-coding.js'

const gives = test.macro({
  exec(t, accepted: string | undefined, offered: readonly string[], coding: string | undefined) {
    t.is(acceptedCoding(accepted, offered), coding)
  },
  title: (_, accepted: string | undefined, offered: readonly string[], coding: string | undefined) =>
    `${accepted ?? 'nothing'} of ${offered.join(' and ')}: ${coding ?? 'none'}`,
})

const BOTH = ['br', 'gzip']

// Accept-Encoding, offered, chosen
test(gives, undefined, BOTH, undefined)
test(gives, '', BOTH, undefined)
test(gives, 'gzip', BOTH, 'gzip')
test(gives, 'GZip , BR', BOTH, 'br')
test(gives, 'br, gzip', ['gzip', 'br'], 'gzip')
test(gives, 'br;q=0.8, gzip;q=0.9', BOTH, 'gzip')
test(gives, 'br ; Q=0.8, gzip ; q=0.7', BOTH, 'br')
test(gives, 'gzip;q=0.001', BOTH, 'gzip')
test(gives, 'gzip;q=0', BOTH, undefined)
test(gives, 'gzip;q=0.000, *;q=0.5', BOTH, 'br')
test(gives, '*;q=0', BOTH, undefined)
test(gives, '*', BOTH, 'br')
test(gives, 'identity, gzip;q=0.5', BOTH, undefined)
test(gives, 'identity;q=0.5, gzip;q=0.5', BOTH, 'gzip')
test(gives, 'identity;q=0, gzip;q=0.1', BOTH, 'gzip')
test(gives, 'gzip;q=1.5', BOTH, undefined)
test(gives, 'gzip;q=0.1234', BOTH, undefined)
test(gives, 'x-gzip', BOTH, 'gzip')
test(gives, 'deflate, zstd', BOTH, undefined)
test(gives, 'constructor', BOTH, undefined)
