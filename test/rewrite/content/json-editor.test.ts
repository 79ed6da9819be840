import test from 'ava'
import {ValueTooLongError} from '../../../gateway/rewrite/content/value-too-long-error.js'
import {apply, becomes, detect, editorFor, group} from './editing.js'

const type = 'application/json'
const all = {type}

// without a filter every string is tried; all else stays byte for byte
test(
  becomes,
  all,
  '{"a" : "/old/x" ,\n"b":["/old/y","é",1.50e+3,-0,true,null]}',
  '{"a" : "/gw/x" ,\n"b":["/gw/y","é",1.50e+3,-0,true,null]}',
)
test(becomes, all, '{"/old/name":"x"}', '{"/old/name":"x"}')
test(becomes, all, '{"a":"\\/old\\/x","b":"\\u002fold/\\u00e9\\ud83d\\ude00"}', '{"a":"/gw/x","b":"/gw/é😀"}')
test(becomes, all, '{"a":"\\\\","b":"/old/\\"x\\""}', '{"a":"\\\\","b":"/gw/\\"x\\""}')
test(becomes, all, '\ufeff{"a":"/old/x"}', '\ufeff{"a":"/gw/x"}')
test('a text of one string stays, as with Knox', becomes, all, '"/old/x"', '"/old/x"')
test('texts in a row', becomes, all, '{"a":"/old/x"}\n["/old/y"]\n', '{"a":"/gw/x"}\n["/gw/y"]\n')
test('strings of requests are not tried', becomes, {type, direction: 'in'}, '["/old/x"]', '["/old/x"]')
test('an empty body', becomes, all, '', '')
test(becomes, {type: 'application/json;charset=iso-8859-1'}, '["/old/Ã©"]', '["/gw/Ã©"]')

// path, what it selects
const selects = (path: string) => ({type, parts: [apply(path, 'up')], direction: 'in' as const})
test(becomes, selects('$.a'), '{"a":"x","b":{"a":"y"}}', '{"a":"X","b":{"a":"y"}}')
test(
  becomes,
  selects('$.a.b[*].c'),
  '{"a":{"b":[{"c":"x"},{"d":"y"},{"c":"z"}]}}',
  '{"a":{"b":[{"c":"X"},{"d":"y"},{"c":"Z"}]}}',
)
test(becomes, selects('$.a[1]'), '{"a":["x","y","z"]}', '{"a":["x","Y","z"]}')
test(becomes, selects('$[*]'), '["x",["y"]]', '["X",["y"]]')
test(
  becomes,
  selects('$.**.href'),
  '{"href":"x","a":[{"href":"y","b":{"href":"z"}}]}',
  '{"href":"X","a":[{"href":"Y","b":{"href":"Z"}}]}',
)
test(becomes, selects('$.a..u'), '{"u":"x","a":{"u":"y","b":[{"u":"z"}]}}', '{"u":"x","a":{"u":"Y","b":[{"u":"Z"}]}}')
test(becomes, selects('$[user.name]'), '{"user.name":"x","user":{"name":"y"}}', '{"user.name":"X","user":{"name":"y"}}')
test(becomes, selects("$['a b'][*]"), '{"a b":["x"]}', '{"a b":["X"]}')
test('numbers have no rule', becomes, selects('$.a'), '{"a":12}', '{"a":12}')
test(
  'the first path counts',
  becomes,
  {type, parts: [apply('$.a', 'mark'), apply('$.*', 'up')]},
  '{"a":"x","b":"y"}',
  '{"a":"«x»","b":"Y"}',
)
test(
  'values that no path selects are tried',
  becomes,
  {type, parts: [apply('$.a', 'up')]},
  '{"a":"x","b":"/old/y"}',
  '{"a":"X","b":"/gw/y"}',
)
test(
  'scope',
  becomes,
  {type, parts: [group('scope', '$.a', apply('$.b', 'up'))]},
  '{"a":{"b":"x"},"b":"y"}',
  '{"a":{"b":"X"},"b":"y"}',
)
test(
  'as another type',
  becomes,
  {type: 'text/plain', asType: type, parts: [apply('$.a', 'up')]},
  '{"a":"x"}',
  '{"a":"X"}',
)

const history = group('buffer', '$.apps[*]', detect('$.ui', 'History', apply('$.url', 'up')), apply('$.name', 'mark'))
test(
  'a part is held until what it hangs on is there',
  becomes,
  {type, parts: [history]},
  '{"apps":[{"url":"x", "ui":"History"},{"name":"n","url":"y","ui":"Other"}],"z":"/old/z"}',
  '{"apps":[{"url":"X", "ui":"History"},{"name":"«n»","url":"y","ui":"Other"}],"z":"/gw/z"}',
)

// from where it is broken it passes
test(becomes, all, '["/old/x",}"/old/y"]', '["/gw/x",}"/old/y"]', '10: a bracket is out of place')
test(becomes, all, '{"a":"/old/x" "b":"/old/y"}', '{"a":"/gw/x" "b":"/old/y"}', '14: a value is out of place')
test(becomes, all, '["/old/x\n","/old/y"]', '["/old/x\n","/old/y"]', '8: a string holds a control character')
test(becomes, all, 'var a = "/old/x"', 'var a = "/old/x"', '6: a character is out of place')
test(becomes, all, '<html>', '<html>', '0: a character is out of place')
test(becomes, all, '["/old/x","/old/', '["/gw/x","/old/', '16: it ends too early')
test(
  'nested too deep',
  becomes,
  all,
  `${'['.repeat(1001)}"/old/x"`,
  `${'['.repeat(1001)}"/old/x"`,
  '1000: it is nested deeper than 1000',
)

const long = `/old/${'x'.repeat(40)}`
test(
  'what is too long to be held passes',
  becomes,
  {type, limit: 20},
  `["${long}","/old/y","${long}"]`,
  `["${long}","/gw/y","${long}"]`,
)

for (const [what, parts] of [
  ['a value that a path selects', [apply('$[*]', 'up')]],
  ['a part that is held', [group('buffer', '$', apply('$[*]', 'up'))]],
] as const)
  test(`${what} is not too long`, t => {
    for (const piece of [1, 7, 100]) {
      const {editor} = editorFor({type, parts, limit: 20})
      const text = `["${long}"]`
      const push = () => {
        for (let i = 0; i < text.length; i += piece) editor.push(text.slice(i, i + piece))
      }
      t.throws(push, {instanceOf: ValueTooLongError, message: /gateway\.rewrite\.value\.limit \(20\)/})
    }
  })
