import test from 'ava'
import type {FilterDescriptor} from '../../gateway/descriptor/rewrite-descriptor.js'
import type {RewriteError} from '../../gateway/rewrite/rewrite-error.js'
import {buildRewriter} from '../../gateway/rewrite/rewriter.js'
import {rewriteFunctions} from '../../gateway/server/live/rewrite-functions.js'
import {apply, context, headerFilter, match, plan, rule, testSealer} from './descriptors.js'

const out = {directions: ['out']} as const
const rules = [
  rule('FOO/out', {...out, pattern: '*://foo:*/base/{path=**}?{**}'}, '{$frontend[url]}/foo/{path=**}?{**}'),
  rule('FOO/root', {...out, pattern: '/{path=**}'}, '{$frontend[path]}/foo/{path=**}'),
  rule('FOO/named', out, match('*://foo:*/**'), '{$frontend[url]}/named'),
  rule('FOO/refresh', out, match('*;/prof/{**}'), '{$prefix[5;,url]}/prof/{**}'),
  rule('FOO/asks', out, match('/asks'), '{$frontend[path]}/asks?host={$inboundurl[host]}?port={$inboundurl[port]}'),
  rule('FOO/lacks', out, match('*://foo:*/**'), '{$frontend[url]}/{nothing}'),
]
const filters: readonly FilterDescriptor[] = [
  headerFilter('named', {location: 'FOO/named', Refresh: 'FOO/refresh'}),
  headerFilter('lacks', {Location: 'FOO/lacks'}),
  headerFilter('asks', {Location: 'FOO/asks'}),
  headerFilter('best', {Location: '*'}),
  {
    name: 'bodies',
    contents: [{type: 'text/html', asType: undefined, parts: [], at: rules[0]?.at ?? never()}],
    at: never(),
  },
]

function never() {
  return {file: '', line: 1, column: 1}
}

function rewritten(filter: string | undefined, headers: readonly string[]) {
  const failures: string[] = []
  const failed = (error: RewriteError, header: string) => failures.push(`${header}: ${error.message}`)
  const applies = filter === undefined ? [] : [apply('response.headers', filter)]
  const route = buildRewriter(plan({rules, filters}), rewriteFunctions, testSealer).route('FOO', applies)
  return {headers: route.messages.responseHeaders(headers, context({inboundQuery: 'port=8042'}), failed), failures}
}

const becomes = test.macro({
  exec(t, filter: string | undefined, name: string, value: string, expected: string) {
    t.deepEqual(rewritten(filter, [name, value]), {headers: [name, expected], failures: []})
  },
  title: (_, filter, name, value) => `${filter ?? 'no filter'}: ${name}: ${value}`,
})

const gateway = 'https://gw:8443/gateway/sandbox'

// filter, header, value, what the client sees
test(becomes, undefined, 'Location', 'http://foo:8080/base/a/b?x=1', `${gateway}/foo/a/b?x=1`)
test(becomes, undefined, 'location', 'http://foo:8080/base/a%20b/?q=a%20b+%2B|:', `${gateway}/foo/a%20b/?q=a%20b+%2B|:`)
test(becomes, undefined, 'Location', '/login', '/gateway/sandbox/foo/login')
test(becomes, undefined, 'Location', 'http://elsewhere/x', 'http://elsewhere/x')
test(becomes, undefined, 'Location', '#top', '#top')
test(becomes, undefined, 'X-Next', 'http://foo:8080/base/a', `${gateway}/foo/a`)
test(becomes, undefined, 'X-Note', '/a b', '/a b')
test(becomes, undefined, 'Content-Type', '/html', '/html')
test(becomes, undefined, 'Set-Cookie', '/a', '/a')
test(
  becomes,
  undefined,
  'Link',
  '</a>; rel="next", <http://foo:8080/base/b>; rel=up',
  `</gateway/sandbox/foo/a>; rel="next", <${gateway}/foo/b>; rel=up`,
)
test(becomes, undefined, 'Refresh', '5; url=http://foo:8080/base/a', `5; url=${gateway}/foo/a`)
test(becomes, undefined, 'Refresh', "0;URL='/a'", "0;URL='/gateway/sandbox/foo/a'")
test(becomes, undefined, 'Refresh', '30', '30')

test(becomes, 'named', 'LOCATION', 'http://foo:8080/base/a', `${gateway}/named`)
test(becomes, 'named', 'Location', '/login', '/login')
test(becomes, 'named', 'X-Next', 'http://foo:8080/base/a', 'http://foo:8080/base/a')
test(becomes, 'named', 'Refresh', '5;/prof/a', `5;${gateway}/prof/a`)
test(becomes, 'asks', 'Location', '/asks', '/gateway/sandbox/asks?port=8042')
test(becomes, 'best', 'Location', 'http://foo:8080/base/a', `${gateway}/foo/a`)
test(becomes, 'best', 'X-Next', 'http://foo:8080/base/a', 'http://foo:8080/base/a')
test(becomes, 'bodies', 'X-Next', 'http://foo:8080/base/a', `${gateway}/foo/a`)
test(becomes, 'absent', 'X-Next', 'http://foo:8080/base/a', `${gateway}/foo/a`)

test('headers that stay are the same list; others keep order and repetition', t => {
  const same = ['Date', 'now', 'Location', 'http://elsewhere/']
  t.is(rewritten(undefined, same).headers, same)
  const headers = ['Link', '</a>', 'ETag', '"1"', 'Link', '</b>']
  t.deepEqual(rewritten(undefined, headers).headers, [
    'Link',
    '</gateway/sandbox/foo/a>',
    'ETag',
    '"1"',
    'Link',
    '</gateway/sandbox/foo/b>',
  ])
})

test('a value whose rule fails stays as it came, and is told once', t => {
  const {headers, failures} = rewritten('lacks', ['Location', 'http://foo:8080/base'])
  t.deepEqual(headers, ['Location', 'http://foo:8080/base'])
  t.is(failures.length, 1)
  t.regex(failures[0] ?? '', /^Location: .*FOO\/lacks.*\{nothing\}/)
})
