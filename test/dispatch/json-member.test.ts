import test from 'ava'
import {withMember} from '../../gateway/dispatch/json-member.js'

const becomes = test.macro({
  exec(t, json: string, path: string, expected: string | undefined, value: string | null = 'ann') {
    const made = () => withMember(json, path.split('.'), value ?? undefined)
    if (expected === undefined) t.throws(made)
    else t.is(made(), expected)
  },
  title: (_, json: string, path: string) => `${path} in ${json}`,
})

// an object, a path, what it is with "ann" there
test(becomes, '{}', 'u', '{"u":"ann"}')
test(becomes, ' {"a" : 12345678901234567890 ,\n"b":1.50 } ', 'u', '{"a" : 12345678901234567890 ,\n"b":1.50 ,"u":"ann"}')
test(becomes, '{"u":1e2, "b":[1,{"u":2},"}"]}', 'u', '{"u":"ann", "b":[1,{"u":2},"}"]}')
test(becomes, '{"u":{"u":"{,"},"a":"\\",","\\u0075":"u"}', 'u', '{"a":"\\",","u":"ann"}')
test(becomes, '{"u":"x","u":"x"}', 'u', '{"u":"ann"}')
test(becomes, '{"u":"x","a":0,"u":"x"}', 'u', '{"a":0}', null)
test(becomes, '{"a":{"b":1}}', 'e.u', '{"a":{"b":1},"e":{"u":"ann"}}')
test(becomes, '{"e":{"u":0},"e" : { "n": 1e400 },"z":[]}', 'e.u', '{"e":{ "n": 1e400 ,"u":"ann"},"z":[]}')
test(becomes, '{"e":null}', 'e.u', '{"e":{"u":"ann"}}')
test(becomes, '{"__proto__":{"u":1}}', 'u', '{"__proto__":{"u":1},"u":"ann"}')
test(becomes, '{"e":"x"}', 'e.u', undefined)
test(becomes, '[{"u":1}]', 'u', undefined)
test(becomes, 'null', 'u', undefined)
test(becomes, '{"u":1', 'u', undefined)
