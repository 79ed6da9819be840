import test from 'ava'
import fc from 'fast-check'
import {cutPlain, cutUrl, printUrl, type RequestUrl} from '../../gateway/common/request-url.js'
import type {Flow} from '../../gateway/descriptor/rewrite-descriptor.js'
import {compileRule, type Rule, rewritingOf} from '../../gateway/rewrite/compile-rule.js'
import {rewriteDirectly, rewriteToText} from '../../gateway/rewrite/direct-rule.js'
import {hostMap} from '../../gateway/rewrite/host-map.js'
import {callable} from '../../gateway/rewrite/rule-template.js'
import {parseLiteral} from '../../gateway/template/parse.js'
import {context, match, rule, testSealer} from './descriptors.js'

const segment = fc.constantFrom('a', 'b', 'x')
const path = (length: number) => fc.array(segment, {minLength: 0, maxLength: length})
const evaluate = () => ['http://s:1/base']
const functions = (values: () => readonly string[]) =>
  callable(new Map(['f', 'serviceUrl'].map(name => [name, {name, evaluate: values}])))
const facts = {direction: 'in', topology: 't', gatewayName: 'gateway', hosts: hostMap({})} as const
const directly = ({direct}: Rule, url: RequestUrl) => direct && rewriteDirectly(direct, url, context(), facts)

/** A rule of the direct kind, as text: fixed segments, perhaps a `**` before and a `{p=**}` after them, or that alone. */
const rules = fc
  .record({
    scheme: fc.constantFrom('*', '*', 'http', 'https'),
    lead: fc.boolean(),
    fixed: path(3),
    tail: fc.boolean(),
    rest: fc.constantFrom('', '?{**}', '?**'),
    before: path(2),
    head: fc.constantFrom('{$f[X]}', '{$f[X]}', ''),
    uses: fc.boolean(),
    after: path(1),
    carries: fc.constantFrom('', '?{**}'),
    slash: fc.constantFrom('', '/'),
  })
  .map(({scheme, lead, fixed, tail, rest, head, before, uses, after, carries, slash}) => ({
    pattern: `${scheme}://*:*/${[...(lead ? ['**'] : []), ...fixed, ...(tail ? ['{p=**}'] : [])].join('/')}${rest}`,
    template: `${[head, ...before, ...(uses && tail ? ['{p=**}'] : []), ...after].join('/')}${slash}${carries}`,
  }))

const urls = fc
  .record({
    segments: path(8),
    between: fc.constantFrom('/', '/', '//'),
    slash: fc.constantFrom('', '/', '//'),
    query: fc.constantFrom('', '?q=1', '?p=1&q=%20', '?'),
    address: fc.constantFrom('http://h', 'http://h:1', 'https://h:1'),
  })
  .map(
    ({segments, between, slash, query, address}) =>
      `${address}/${segments.join(between)}${segments.length > 0 ? slash : ''}${query}`,
  )

test('what is done directly is what the general way does', t => {
  let direct = 0
  let without = 0
  fc.assert(
    fc.property(rules, urls, ({pattern, template}, text) => {
      const url = cutUrl(text) as RequestUrl // made above
      const live = compileRule(rule('r', {pattern}, template), functions(evaluate))
      const found = directly(live, url)
      if (found === undefined) return
      if (found) direct++
      else without++
      const rewriting = rewritingOf(url, evaluate, testSealer)
      const applies = live.run(rewriting)
      t.deepEqual(
        [pattern, template, text, found ? printUrl(found) : 'no match'],
        [pattern, template, text, applies ? rewriting.text : 'no match'],
      )
    }),
    {numRuns: 5000, seed: 7},
  )
  t.true(direct > 300 && without > 300, `only ${direct} were done, and ${without} turned down directly`)
})

const oneOf = (texts: string) => fc.constantFrom(...texts.split(' '))
const listed = (texts: string) => texts.split(' ').filter(text => text !== '')

const HEADS =
  '{$f[X]} {$f[X]} {$f[X]} {scheme}://{host}:{port} {$s[X]}://{host}:{port} http://{host}:{port} {$s[X]}://h:{q} {host}://{$s[X]}:{port} {$f[X]}://{host}:{port} http://u@{host}:{port} http://{host}'

/** Rules of that kind which name parts of the query, simple ones and others. */
const naming = fc
  .record({
    lead: fc.constantFrom(true, true, true, false),
    tail: fc.boolean(),
    asked: fc.shuffledSubarray(listed('{scheme} {host} {port} {**}'), {minLength: 2}),
    more: oneOf('   {q=**} z={r} {a.b} p={p} q=1 {q} ={r} {*}'),
    head: oneOf(HEADS),
    before: path(2),
    uses: fc.boolean(),
    slash: fc.constantFrom('', '/'),
    told: fc.shuffledSubarray(listed('{host} {port} {q} {scheme} {**}'), {maxLength: 4}),
    other: oneOf('    {p} {r} x={port} p={host} c=1 {$s[X]} {**} {*} **'),
  })
  .map(({lead, tail, asked, more, head, before, uses, slash, told, other}) => ({
    pattern: `*://*:*/${[...(lead ? ['**'] : []), 'a', ...(tail ? ['{p=**}'] : [])].join('/')}${queryOf([...asked, more])}`,
    template: `${[head, ...before, ...(uses && tail ? ['{p=**}'] : [])].join('/')}${slash}${queryOf([...told, other])}`,
  }))

const queryOf = (parts: readonly string[]) => parts.map(part => (part === '' ? '' : `?${part}`)).join('')

const ODD =
  'host host= host=a/b host=a?b host=[::1] host=a@b port=x port=8%30 scheme=1 q=1=2 q  = {x} x={x} amp;q=5 ahost=1 hosts=1 p **=6 y=%20 q=2 r x=7 =8'
const MANY = Array.from({length: 20}, (_, i) => `m${i}`)

/** Addresses that have such parts: once, oddly, or not at all. */
const named = fc
  .record({
    at: oneOf('/x/a /x/a/b /x/a/b/ /a/b/ /x//a/b /x/a/'),
    parts: fc.shuffledSubarray(listed('scheme=http host=dn1 port=80 q=1 z=2 a.b=3 p=4'), {minLength: 6}),
    odd: fc.constantFrom('', '', ...ODD.split(' ')),
    many: fc.constantFrom([], [], [], [], MANY),
  })
  .chain(({at, parts, odd, many}) =>
    fc.shuffledSubarray([...parts, odd, ...many], {minLength: 6}).map(query => `http://h:1${at}?${query.join('&')}`),
  )

test('what is done directly with named parts of a query is what the general way does', t => {
  let direct = 0
  let addressed = 0
  let without = 0
  const values: Readonly<Record<string, string>> = {f: 'http://s:1/base', s: 'https'}
  const giving = callable(new Map(['f', 's'].map(name => [name, {name, evaluate: () => [values[name] ?? '']}])))
  fc.assert(
    fc.property(naming, named, ({pattern, template}, text) => {
      const url = cutUrl(text) as RequestUrl // made above
      const live = compileRule(rule('r', {pattern}, template), giving)
      if (live.direct?.[0]?.named === undefined) return
      const found = directly(live, url)
      if (found === undefined) return
      if (!found) without++
      else if (template.startsWith('{$f[X]}/')) direct++
      else addressed++
      const rewriting = rewritingOf(url, name => [values[name.replace(' in path', '')] ?? ''], testSealer)
      const applies = live.run(rewriting)
      const expected = applies ? rewriting.text : 'no match'
      const inText = rewriteToText(live.direct, url, context(), facts) ?? expected
      t.deepEqual(
        [pattern, template, text, found ? printUrl(found) : 'no match', inText || 'no match'],
        [pattern, template, text, expected, expected],
      )
    }),
    {numRuns: 40_000, seed: 7},
  )
  t.true(direct > 80 && addressed > 50 && without > 100, `${direct} and ${addressed} done, ${without} turned down`)
})

test('no function is asked for an address of which a part of the query cannot stand there', t => {
  const steps: string[] = []
  const trace = ({kind}: {readonly kind: string}) => steps.push(kind)
  const {direct} = compileRule(
    rule('r', {pattern: '*://*:*/**/a?{host}?{port}'}, '{$f[X]}://{host}:{port}/c'),
    functions(() => ['https']),
  )
  const at = (query: string) =>
    direct && rewriteDirectly(direct, cutUrl(`http://h/x/a?${query}`) as RequestUrl, context({trace}), facts)
  t.deepEqual([at('host=a/b&port=1'), at('host=b&port=1x'), steps], [undefined, undefined, []])
  t.like(at('host=b&port=1'), {scheme: 'https', host: 'b', port: '1', path: '/c'})
  t.deepEqual(steps, ['function'])
})

const bases = ['http://s:1/base', '/gw/t', '/gw/', '/gw?x']

const texts = fc
  .record({
    address: fc.constantFrom('http://h', 'http://h:1', '', '', 'x+y://h', 'http://h:', 'http://u@h', '//h', 'h:1', 'a'),
    path: fc.array(fc.constantFrom('/a', '/b', '/x', '/', ':', 'FIT', 'FIT'), {maxLength: 4}),
    query: fc.constantFrom('', '?', '?q=1', '?p=1&q=%20', '?a=1&amp;b', '?a=/b?c'),
  })
  .map(({address, path: pieces, query}) => address + pieces.join('') + query)

test('an address in text becomes the same, cut or read as a template, directly or in the general way', t => {
  let direct = 0
  let cut = 0
  const addresses = fc.constantFrom('*://*:*', 'http://*:*', '', '', '*://h:*')
  fc.assert(
    fc.property(rules, addresses, texts, fc.constantFrom(...bases), ({pattern, template}, address, shape, base) => {
      const [fit = ''] = /[^?]*/.exec(pattern.replace(/^[^/]*\/\/[^/]*/, '').replace(/\{p=\*\*\}/, 'a/b')) ?? []
      const text = shape.replaceAll('FIT', fit.replace('**', 'x'))
      const evaluator = () => [base]
      const live = compileRule(
        rule('r', {pattern: pattern.replace(/^[^/]*\/\/[^/]*/, address)}, template),
        functions(evaluator),
      )
      const generally = (url: Parameters<typeof rewritingOf>[0]) => {
        const rewriting = rewritingOf(url, evaluator, testSealer)
        return live.run(rewriting) && rewriting.text
      }
      const url = cutPlain(text)
      if (url === undefined) return
      cut++
      const expected = generally(parseLiteral(text))
      const made = live.direct && rewriteToText(live.direct, url, context(), facts)
      if (made) direct++
      t.deepEqual([pattern, address, template, text, generally(url)], [pattern, address, template, text, expected])
      t.deepEqual([pattern, address, template, text, made ?? expected], [pattern, address, template, text, expected])
    }),
    {numRuns: 10_000, seed: 7},
  )
  t.true(direct > 150 && cut > 3000, `only ${direct} were done directly, and ${cut} cut`)
})

test('usual rules are done directly', t => {
  const isDirect = (pattern: string, template: string) =>
    compileRule(rule('r', {pattern}, template), functions(evaluate)).direct !== undefined
  t.true(isDirect('*://*:*/**/foo/{path=**}?{**}', '{$serviceUrl[FOO]}/{path=**}?{**}'))
  t.true(isDirect('*://*:*/**/foo/?**', '{$serviceUrl[FOO]}/'))
  t.false(isDirect('*://*:*/**/foo/{path=**}?{**}', '{$serviceUrl[FOO]}/?{**}'))
  const either = rule('r', {flow: 'or'}, match('*://*:*/**/foo', '{$f[X]}'), match('*://*:*/**/foo/{p}', '{$f[X]}/{p}'))
  t.is(directly(compileRule(either, functions(evaluate)), cutUrl('http://h/x/bar') as RequestUrl), false)
  t.truthy(directly(compileRule(either, functions(evaluate)), cutUrl('http://h/x/foo/y') as RequestUrl))
  t.false(isDirect('*://*:*/**/{a}/foo', '{$serviceUrl[FOO]}/{a}'))
  t.true(isDirect('*://*:*/**/{**}?{**}', '{$serviceUrl[FOO]}/{**}?{**}'))
  t.true(isDirect('{**}', '/{**}/foo'))
  const isDirectFlow = (flow: Flow, ...patterns: readonly string[]) =>
    compileRule(rule('r', {flow}, ...patterns.map(each => match(each, '{$f[X]}'))), functions(evaluate)).direct !==
    undefined
  t.true(isDirectFlow('or', 'http://*:*/**/foo', 'https://*:*/**/foo'))
  t.true(isDirectFlow('and', '*://*:*/**/foo'))
  t.false(isDirectFlow('and', '*://*:*/**/foo', '*://*:*/**/foo'))
  t.false(isDirectFlow('all', '*://*:*/**/foo'))
})
