import test from 'ava'
import type {FilterPartDescriptor} from '../../gateway/descriptor/rewrite-descriptor.js'
import {buildRewriter} from '../../gateway/rewrite/rewriter.js'
import {rewriteFunctions} from '../../gateway/server/live/rewrite-functions.js'
import {apply as part} from './content/editing.js'
import {context, plan, rule, testSealer} from './descriptors.js'

const at = {file: 'rewrite.xml', line: 1, column: 1}
const rules = [
  rule(
    'FOO/foo/out',
    {pattern: '*://foo:8080/{path=**}?{**}', directions: ['out']},
    '{$frontend[path]}/foo/{path=**}?{**}',
  ),
]

/** What rewrites bodies of a type: by a filter's parts for that type, or one that stands for it, or as the pattern of a rule says. */
function bodiesOf(type: string, parts?: readonly FilterPartDescriptor[], filtered = type) {
  const [mediaType = ''] = filtered.split(';')
  const filters = parts ? [{name: 'f', at, contents: [{type: mediaType, asType: undefined, parts, at}]}] : []
  const applied = {apply: 'f', to: 'response.body', at} as const
  return buildRewriter(plan({rules, filters}), rewriteFunctions, testSealer).route('FOO', parts ? [applied] : [])
    .messages.bodies.out
}

interface Case {
  readonly type: string
  readonly parts?: readonly FilterPartDescriptor[]
  readonly filtered?: string
}

/** Bodies are given as their bytes, a character each; cut in two everywhere and byte by byte always the same comes out. */
const becomes = test.macro({
  exec(t, {type, parts, filtered}: Case, input: string, expected: string, ...unreadable: readonly string[]) {
    const bodies = bodiesOf(type, parts, filtered)
    const cuts = [[...input], ...Array.from(input, (_, i) => [input.slice(0, i), input.slice(i)])]
    for (const pieces of cuts) {
      const heard: string[] = []
      const told = {failed() {}, broken() {}, unreadable: (what: string) => heard.push(what)}
      const change = bodies.of(type)
      if (change?.kind === 'unreadable') heard.push(type)
      const editor = change?.kind === 'text' ? change.editor(context(), 10_000, told) : undefined
      const output = editor ? pieces.map(piece => editor.push(piece)).join('') + editor.end() : input
      if (output !== expected || heard.join() !== unreadable.join())
        t.deepEqual([output, heard, pieces[0]], [expected, unreadable, ''])
    }
    t.pass()
  },
  title: (name, {type}: Case, input: string) => name ?? `${type}: ${input}`.slice(0, 100).replace(/\s+/g, ' '),
})

const json = {type: 'application/json'}
const html = {type: 'text/html'}
const xml = {type: 'application/xml'}

// white space around a value stays
test(
  becomes,
  json,
  '{"a": " http://foo:8080/x\\n", "b": "http://foo:8080/x y"}',
  '{"a": " /gateway/sandbox/foo/x\\n", "b": "http://foo:8080/x y"}',
)
test(
  becomes,
  {...json, parts: [part('$.a', 'FOO/foo/out')]},
  '{"a": "\\thttp://foo:8080/x "}',
  '{"a": "\\t/gateway/sandbox/foo/x "}',
)
test(
  becomes,
  html,
  '<p>\n http://foo:8080/x?a=b c \n</p><a href=" http://foo:8080/x\n">',
  '<p>\n /gateway/sandbox/foo/x?a=b+c \n</p><a href=" /gateway/sandbox/foo/x\n">',
)
test(
  becomes,
  xml,
  '<a b=" http://foo:8080/x ">\n http://foo:8080/y \n</a>',
  '<a b=" /gateway/sandbox/foo/x ">\n /gateway/sandbox/foo/y \n</a>',
)

// \xe9 is é in ISO-8859-1, \xc3\xa9 in UTF-8
const [before, after] = ['http://foo:8080/caf\xe9', '/gateway/sandbox/foo/caf\xe9']
const named = '<?xml version="1.0" encoding="ISO-8859-1"?>'
test('an XML declaration names the charset', becomes, xml, `${named}<a>${before}</a>`, `${named}<a>${after}</a>`)
test('without it bytes that are no UTF-8 stay', becomes, xml, `<a>${before}</a>`, `<a>${before}</a>`)
test(
  'the charset of a Content-Type counts',
  becomes,
  {type: 'text/xml; charset=utf-8'},
  `${named}<a>${before}</a><a>`,
  `${named}<a>${before}</a><a>`,
)
test(
  'a byte order mark counts',
  becomes,
  xml,
  `\xef\xbb\xbf${named}<a>http://foo:8080/\xc3\xa9</a>`,
  `\xef\xbb\xbf${named}<a>/gateway/sandbox/foo/\xc3\xa9</a>`,
)
test(
  'a charset that cannot be read is told',
  becomes,
  xml,
  '<?xml version="1.0" encoding=\'Shift_JIS\'?><a>http://foo:8080/x</a>',
  '<?xml version="1.0" encoding=\'Shift_JIS\'?><a>http://foo:8080/x</a>',
  'application/xml in Shift_JIS',
)
for (const meta of [
  '<meta charset=latin1>',
  '<META http-equiv="Content-Type" content="text/html; charset=iso-8859-1" />',
])
  test(
    `${meta} names the charset`,
    becomes,
    html,
    `<!DOCTYPE html><html><!-- <meta charset=koi8-r> --><head><title>\xe9<b></title>${meta}<p>${before}</p>`,
    `<!DOCTYPE html><html><!-- <meta charset=koi8-r> --><head><title>\xe9<b></title>${meta}<p>${after}</p>`,
  )
test(
  'a <meta> in the body of a page names nothing',
  becomes,
  html,
  `<p>x</p><meta charset=latin1><p>${before}</p>`,
  `<p>x</p><meta charset=latin1><p>${before}</p>`,
)

test('of a page without a charset no more is held than its head', t => {
  const told = {failed() {}, broken() {}, unreadable() {}}
  const change = bodiesOf('text/html').of('text/html')
  const editor = change?.kind === 'text' ? change.editor(context(), 10_000, told) : undefined
  t.is(editor?.push('<head><title>a</title>'), '')
  t.is(editor?.push('<p>a</p>'), '<head><title>a</title><p>a</p>')
})

test(
  'an empty rule leaves alone what its path fits',
  becomes,
  {...json, parts: [part('$.a', ''), part('$.b', 'FOO/foo/out')]},
  '{"a": "http://foo:8080/x", "b": "http://foo:8080/x", "c": "http://foo:8080/x"}',
  '{"a": "http://foo:8080/x", "b": "/gateway/sandbox/foo/x", "c": "/gateway/sandbox/foo/x"}',
)
test(
  becomes,
  {...html, parts: [part('http://foo:8080/x', ''), part('http:.*', 'FOO/foo/out')]},
  '<a href="http://foo:8080/x"><a href="http://foo:8080/y">',
  '<a href="http://foo:8080/x"><a href="/gateway/sandbox/foo/y">',
)

const hal = {type: 'application/hal+json; charset=utf-8', parts: [part('$.a', 'FOO/foo/out')]}
for (const filtered of ['application/*+json', '*/*+json', 'application/*', '*/hal+json'])
  test(
    `${filtered} is for application/hal+json too`,
    becomes,
    {...hal, filtered},
    '{"a": "http://foo:8080/x"}',
    '{"a": "/gateway/sandbox/foo/x"}',
  )
for (const filtered of ['application/*+xml', 'text/*+json', '*/json'])
  test(`${filtered} is not`, becomes, {...hal, filtered}, '{"a": "http://foo:8080/x"}', '{"a": "http://foo:8080/x"}')
