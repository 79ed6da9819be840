import test from 'ava'
import {markupFault} from '../../gateway/template/markup.js'
import {literalOf, parseLiteral, parseTemplate, TemplateSyntaxError} from '../../gateway/template/parse.js'
import {printTemplate} from '../../gateway/template/print.js'
import {functionsOf, paramNamesOf} from '../../gateway/template/template.js'

const prints = test.macro({
  exec(t, text: string, expected: string) {
    t.is(printTemplate(parseTemplate(text)), expected)
  },
  title: (_, text, expected) => `${text} prints as ${expected}`,
})

test(prints, '*://*:*/**/webhdfs/v1/{path=**}?{**}', '*://*:*/**/webhdfs/v1/{path=**}?{**}')
test(prints, '/a//b/?{q}&amp;x={y=*}?z', '/a/b/?q={q}&x={y=*}&z')
test(prints, '//{user}:{pw}@{host}:{port}/', '//{user}:{pw}@{host}:{port}/')
test(prints, 'host:42', 'host:42')
test(prints, '/a#{f}', '/a#{f}')
test(prints, '<$serviceUrl[X]>/v1?{**}', '{$serviceUrl[X]}/v1?{**}')
test(prints, '/a?b=<$username>', '/a?b={$username}')

const uses = test.macro({
  exec(t, text: string, functions: readonly (readonly [string, string, boolean])[], params: readonly string[]) {
    const template = parseTemplate(text)
    t.deepEqual(
      functionsOf(template).map(({name, argument, literal}) => [name, argument, literal] as const),
      functions,
    )
    t.deepEqual(paramNamesOf(template), params)
  },
  title: (_, text) => `functions and params of ${text}`,
})

test(uses, '{$serviceUrl[X]}/{path=**}?{**}', [['serviceUrl', 'X', true]], ['path'])
test(
  uses,
  '{scheme}://{$hostmap(host)}:{port}/{a}?{a}&b={c=*}',
  [['hostmap', 'host', false]],
  [...['scheme', 'host', 'port', 'a', 'c']],
)
test(
  uses,
  '{$frontend}/{$prefix[x,y]}',
  [
    ['frontend', '', true],
    ['prefix', 'x,y', true],
  ],
  [],
)
test(uses, '{$ f ( x ) }', [['f', 'x', false]], ['x'])

test('a template is plain JSON', t => {
  const template = parseTemplate('{$f(x)}://*/a*.js/{p}?{q=*}&{**}#{f}')
  t.deepEqual(JSON.parse(JSON.stringify(template)), JSON.parse(JSON.stringify({...template})))
  t.is(printTemplate(JSON.parse(JSON.stringify(template))), printTemplate(template))
})

test('a line break in a fragment is told with its place', t => {
  const error = t.throws(() => parseTemplate('http://h/a#b\nc'), {instanceOf: TemplateSyntaxError})
  t.is(error.offset, 12)
  t.regex(error.message, /line break in the fragment, at 12/)
})

const pairs = test.macro({
  exec(t, text: string, expected: string | undefined) {
    t.is(markupFault(text)?.message, expected)
  },
  title: (_, text, expected) => `braces of ${text}: ${expected ?? 'fine'}`,
})

test(pairs, '{a}/{b={c}}/\\{', undefined)
test(pairs, '/x?{host}?port}', 'the "}" at character 15 closes nothing')
test(pairs, '{$serviceUrl[X]/{host}', 'the "{" at character 1 is not closed')

test('no markup is read in a URL', t => {
  const url = parseLiteral('/{a}/*?x={y}')
  t.deepEqual(paramNamesOf(url), [])
  t.deepEqual(
    url.path.map(piece => [piece.kind, piece.original]),
    [
      ['static', '{a}'],
      ['static', '*'],
    ],
  )
})

test('a cut URL reads as its text does', t => {
  const url = {scheme: 'http', host: 'h', port: '80', path: '/a/b/', query: 'c=d'}
  t.deepEqual(literalOf(url), parseLiteral('http://h:80/a/b/?c=d'))
  t.deepEqual(literalOf({...url, scheme: '', host: '', port: ''}), parseLiteral('/a/b/?c=d'))
})
