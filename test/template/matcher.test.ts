import test from 'ava'
import type {RequestUrl} from '../../gateway/common/request-url.js'
import {cutUrl} from '../../gateway/common/request-url.js'
import {Automaton} from '../../gateway/template/automaton.js'
import {matchTemplate} from '../../gateway/template/match.js'
import {buildMatcher} from '../../gateway/template/matcher.js'
import type {Params} from '../../gateway/template/params.js'
import {parseLiteral, parseTemplate} from '../../gateway/template/parse.js'
import {buildTrie} from '../../gateway/template/trie.js'

/** As routes see it: path and query alone. */
function relative(text: string): RequestUrl {
  const [path = '', query] = text.split(/\?(.*)/s)
  return {scheme: '', host: '', port: '', path, query}
}

const wins = test.macro({
  exec(t, url: string, templates: readonly string[], winner: number | undefined) {
    const matcher = buildMatcher(templates.map((template, index) => [parseTemplate(template), index]))
    t.is(matcher.match(relative(url))?.value, winner)
    t.is(matcher.match(parseLiteral(url))?.value, winner)
  },
  title: (_, url, templates: readonly string[], winner) => `${url} among ${templates.join(' ')}: ${winner}`,
})

test(wins, '/a/b', ['/a/**', '/a/*', '/a/b*', '/a/b'], 3)
test(wins, '/a/bc', ['/a/**', '/a/*', '/a/b*', '/a/b'], 2)
test(wins, '/a/c', ['/a/**', '/a/*', '/a/b*', '/a/b'], 1)
test(wins, '/a/c/d', ['/a/**', '/a/*', '/a/b*', '/a/b'], 0)
test(wins, '/a/c/d', ['/**', '/a/**', '/a/**/d'], 2)
test(wins, '/plain/', ['/plain/**'], undefined)
test(wins, '//plain/a', ['/plain/a'], undefined)
test(wins, '/plain', ['/plain/'], 0)
test(wins, '/a//b/', ['/a/b'], 0)
test(wins, '/a/x', ['/a/{p}', '/a/{q}'], 0)
test(wins, '/a?x=1', ['/a', '/a?{x}', '/a?{**}'], 1)
test(wins, '/a?x=1&y=2', ['/a?{x}', '/a?{x}&y=2', '/a?{x}&y=3'], 1)
test(wins, '/a?y=2', ['/a', '/a?{x}'], 0)
test(wins, '/a', ['/a?{*}', '/a?{x}'], undefined)
test(wins, '/a?b=prefix-1', ['/a?b=other*', '/a?b=prefix*'], 1)
test(wins, '/x/y/b', ['/{a}/y/b', '/x/{c}/b', '/*/*/b'], 0)
test(wins, '/a.b.c', ['/a*b*b', '/a*b*c'], 1)
test(wins, '/ab', ['/ab*b', '/a*b'], 1)

const binds = test.macro({
  exec(t, url: string, template: string, expected: Readonly<Record<string, readonly string[]>> | undefined) {
    const cut = cutUrl(url)
    t.deepEqual(cut && valuesOf(matchTemplate(parseTemplate(template), cut)), expected)
  },
  title: (_, url, template) => `${url} by ${template}`,
})

function valuesOf(params: Params | undefined) {
  return params && Object.fromEntries([...params.names()].map(name => [name, params.get(name)]))
}

test(binds, 'http://h:80/g/x/a/x/b', '*://*:*/**/x/{path=**}', {path: ['b']})
test(binds, 'http://h/a', '{scheme}://{host}:{port}/{path=**}', {path: ['a'], host: ['h'], scheme: ['http']})
test(binds, 'http://h', '*://*/**', {})
test(binds, 'http://[::1]:80/a', '*://{host}:{port}/a', {port: ['80'], host: ['[::1]']})
test(binds, 'http://h/a/1/b/2', '*://*:*/{x=**}/b/{x=**}', {x: ['a', '1', '2']})
test(binds, 'http://h/a?p=1&q=2&p=1&f', '*://*:*/a?{q}&{**}', {q: ['2'], p: ['1', '1'], f: ['']})
test(binds, 'http://h/a?p=1', '*://*:*/a?**', {})

// where Knox's answer is one that nobody can want
test(binds, 'http://h/a?url=http://b/c?d=e&f=g', '*://*:*/a?{**}', {url: ['http://b/c?d=e'], f: ['g']})
test(binds, 'http://h/a?f', '*://*:*/a?f', {})
test(binds, 'http://h/a?f=1', '*://*:*/a?f', undefined)

test('a client cannot join a part of the address by its query', t => {
  const template = parseTemplate('*://{host}:*/{path=**}?{**}')
  const params = matchTemplate(template, parseLiteral('http://h:80/a?host=evil&path=b&c=d'))
  t.deepEqual(params?.get('host'), ['h'])
  t.deepEqual(params?.get('path'), ['a'])
  t.deepEqual(params?.get('c'), ['d'])
})

test('a fragment is no path segment, and matches where a template asks for it', t => {
  const url = parseLiteral('http://h:80/a/b#c')
  t.deepEqual(valuesOf(matchTemplate(parseTemplate('*://*:*/{path=**}'), url)), {path: ['a', 'b']})
  t.deepEqual(valuesOf(matchTemplate(parseTemplate('*://*:*/**#{f}'), url)), {f: ['c']})
  t.is(matchTemplate(parseTemplate('*://*:*/**#d'), url), undefined)
  t.deepEqual(valuesOf(matchTemplate(parseTemplate('*://*#{f}'), parseLiteral('http://h#c'))), {f: ['c']})
})

test('ten times the templates reach no more nodes', t => {
  const some = Array.from({length: 40}, (_, at) => `*://*:*/**/service${at}/v1/{path=**}?{**}`)
  const more = Array.from({length: 400}, (_, at) => `*://*:*/**/service${at}/v1/{path=**}?{**}`)
  const path = '/gateway/sandbox/service7/v1/a/b/c'
  const reached = (templates: readonly string[]) => nodesReached(templates, path).reduce((sum, size) => sum + size, 0)
  t.is(reached(more), reached(some))
  t.true(reached(some) < 40, `${reached(some)} nodes`)
})

test('forty ** in one pattern are each reached once by a segment at most', t => {
  const sizes = nodesReached([`*://*:*/${'**/'.repeat(40)}x`], '/x'.repeat(200))
  t.is(sizes.length, 200)
  t.true(Math.max(...sizes) <= 44, `${sizes.join(' ')} nodes`)
  t.true((sizes.at(-1) ?? 0) > 0)
})

/** How many nodes a walk has reached after each segment. */
function nodesReached(templates: readonly string[], path: string): readonly number[] {
  const automaton = new Automaton(buildTrie(templates.map(template => [parseTemplate(template), template] as const)))
  const ends = [...path.matchAll(/[^/]+/g)].map(({index, 0: text}) => index + text.length)
  return ends.map(end => automaton.end(parseLiteral(`http://h:80${path.slice(0, end)}`)).nodes.length)
}

test('what is beyond the steps that are remembered is answered all the same', t => {
  const names = Array.from({length: 13}, (_, at) => `s${at}`)
  const templates = names.map(name => [parseTemplate(`/**/${name}/**/end/{p=**}`), name] as const)
  const matcher = buildMatcher(templates)
  for (let set = 1; set < 2 ** names.length; set += 1) {
    const some = names.filter((_, at) => set & (1 << at))
    const url = relative(`/x/${some.join('/')}/y/end/${set}`)
    const match = matcher.match(url)
    t.is(match?.value, buildMatcher(templates).match(url)?.value)
    t.deepEqual(match?.params.get('p'), [`${set}`])
  }
})

test('of texts in no template each is tested by its own *', t => {
  const matcher = buildMatcher(['/a/b*', '/a/*', '/a/c*'].map(text => [parseTemplate(text), text]))
  const values = ['/a/d', '/a/b1', '/a/c1', '/a/b2', '/a/d'].map(path => matcher.match(relative(path))?.value)
  t.deepEqual(values, ['/a/*', '/a/b*', '/a/c*', '/a/b*', '/a/*'])
})

/** Which template fits each URL, asked one after the other of one matcher. */
const inTurn = test.macro<[templates: readonly string[], urls: readonly string[], expected: readonly unknown[]]>({
  exec(t, templates, urls, expected) {
    const matcher = buildMatcher(templates.map((text, at) => [parseTemplate(text), at]))
    t.deepEqual(
      urls.map(url => matcher.match(parseLiteral(url))?.value),
      expected,
    )
  },
  title: (_, templates) => `addresses are told apart where templates do: ${templates.join(' ')}`,
})
test(
  inTurn,
  ['http://*:*/{**}', '*://h:*/{**}', '*://*:80/{**}'],
  ['ftp://x:1/a', 'http://x:1/a', 'ftp://h:1/a', 'ftp://x:80/a', 'ftp://y:2/a', 'http://y:2/a'],
  [undefined, 0, 1, 2, undefined, 0],
)
test(
  inTurn,
  ['*://h*:*/{**}', '*://*h:*/{**}'],
  ['http://x/a', 'http://h1/a', 'http://1h/a', 'http://y/a'],
  [undefined, 0, 1, undefined],
)

test('a matcher answers the same again', t => {
  const matcher = buildMatcher([[parseTemplate('/**/a/{p=**}'), 1]])
  const ask = () => valuesOf(matcher.match(relative('/x/a/y/a/z'))?.params)
  t.deepEqual(ask(), {p: ['z']})
  t.deepEqual(ask(), {p: ['z']})
})
