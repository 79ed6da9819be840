import test from 'ava'
import {ValueTooLongError} from '../../../gateway/rewrite/content/value-too-long-error.js'
import {apply, becomes, editorFor} from './editing.js'

const type = 'application/javascript'
const finds = (...parts: readonly [path: string, rule: string][]) => ({
  type,
  parts: parts.map(([path, rule]) => apply(path, rule)),
})

test('a script without a filter is not looked at', becomes, {type}, '"/old/x"', '"/old/x"')
test(becomes, finds(['/api', 'up']), 'get("/api/x")\nget("/api/y")', 'get("/API/x")\nget("/API/y")')
test('each sees what those before it made', becomes, finds(['/api', 'mark'], ['«.api', 'up']), 'a /api/x', 'a «/API»/x')
test('a find ends with its line', becomes, finds(["/a[^']*", 'up']), "/ab\r\nc '/ad'\re", "/AB\r\nc '/AD'\re")
test('the beginning and the end of a line', becomes, finds(['^a|b$', 'up']), 'aab\nabb\nab', 'AaB\nAbB\nAB')
test('an empty find is none', becomes, finds(['x*', 'up']), 'axxb', 'aXXb')
test('what looks around', becomes, finds(['(?<=v)/a(?!b)', 'up']), 'v/ab v/ac', 'v/ab v/Ac')
test('style sheets', becomes, {type: 'text/css', parts: [apply('/img/', 'up')]}, 'a{b:url(/img/x)}', 'a{b:url(/IMG/x)}')
test('plain text', becomes, {type: 'text/plain', parts: [apply('/img/', 'up')]}, 'at /img/x', 'at /IMG/x')
test(
  'of a filter for all types only what its type is',
  becomes,
  {type: 'image/png', parts: [apply('a', 'up')]},
  'a',
  'a',
)

const line = `${'x'.repeat(20_000)}/api${'y'.repeat(16_380)}/api${'z'.repeat(40_000)}/api`

test('a line may be long', t => {
  const whole = line.replaceAll('/api', '/API')
  for (const piece of [line.length, 16_384, 4099, 997]) {
    const {editor} = editorFor({...finds(['/api', 'up'], ['nothing', 'up']), limit: 50_000})
    let made = ''
    for (let i = 0; i < line.length; i += piece) made += editor.push(line.slice(i, i + piece))
    t.true(made.length > 40_000, 'what is done goes on')
    t.is(made + editor.end(), whole)
  }
})

test('a find may not be longer than the limit', t => {
  const {editor} = editorFor({...finds(['/api[^q]*', 'up']), limit: 20_000})
  t.throws(() => editor.push(line), {instanceOf: ValueTooLongError})
})
