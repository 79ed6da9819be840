import test from 'ava'
import {expand, UnresolvedError} from '../../gateway/template/expand.js'
import {AS_KNOX, AS_SENT, type ExpandStyle} from '../../gateway/template/expand-style.js'
import {buildMatcher} from '../../gateway/template/matcher.js'
import {joinedParams, paramsOf} from '../../gateway/template/params.js'
import {parseTemplate} from '../../gateway/template/parse.js'

const BASE = 'http://svc:1/base'

function evaluate(name: string, args: readonly string[]): readonly string[] {
  if (name === 'url') return [BASE]
  return name === 'none' ? [] : args.map(arg => `<${arg}>`)
}

/** Matches path and query, then expands. */
function rewritten(url: string, pattern: string, template: string, style: ExpandStyle): string | undefined {
  const [path = '', query] = url.split(/\?(.*)/s)
  const match = buildMatcher([[parseTemplate(pattern), 0]]).match({scheme: '', host: '', port: '', path, query})
  return match && expand(parseTemplate(template), match.params, evaluate, style)
}

const rewrites = test.macro({
  exec(t, url: string, pattern: string, template: string, sent: string, knox: string) {
    t.is(rewritten(url, pattern, template, AS_SENT), sent)
    t.is(rewritten(url, pattern, template, AS_KNOX), knox)
  },
  title: (_, url, pattern, template) => `${url} by ${pattern} to ${template}`,
})

const same = (text: string) => [text, text] as const

// URL, pattern, template, result as sent, result as Knox's engine gives it
test(rewrites, '/x/a/b?c=d', '/x/{path=**}?{**}', '{$url}/{path=**}?{**}', ...same(`${BASE}/a/b?c=d`))
test(rewrites, '/x/a', '/x/{path=**}?{**}', '{$url}/{path=**}?{**}', ...same(`${BASE}/a`))
test(rewrites, '/x/a/b', '/x/{path=**}', '/{path=*}/{path}', ...same('/a/a/b'))
test(rewrites, '/x/a/', '/x/{path=**}', '/y/{path=**}', '/y/a/', '/y/a')
test(rewrites, '/x/a/?b', '/x/{path=**}?{**}', '/{path=**}/z?{**}', ...same('/a/z?b'))
test(rewrites, '/x/a/', '/x/{path=**}', '/{path=**}/', ...same('/a/'))
test(rewrites, '/x/a/', '/x/{path=**}', '/{$f(path)}', ...same('/<a>'))
test(rewrites, '/x/a/', '/{x}/a', '/{x}', ...same('/x'))
test(
  rewrites,
  '/x?a=%2B+b%20c&d={e}|f&a=2&a=2&g=&h',
  '/x?{**}',
  '/y?{**}',
  '/y?a=%2B+b%20c&a=2&a=2&d={e}|f&g=&h',
  '/y?a=%252B%2Bb%2520c&a=2&a=2&d=%7Be%7D%7Cf&g=&h',
)
test(rewrites, '/x?u=http://a/b?c=d', '/x?{**}', '/y?{**}', '/y?u=http://a/b?c=d', '/y?u=http%3A%2F%2Fa%2Fb%3Fc%3Dd')
test(rewrites, '/x?a=b%20c', '/x?{a}', '/y?z={a}', '/y?z=b%20c', '/y?z=b%2520c')
test(rewrites, '/x/b%20c+d&e', '/x/{a}', '/y?z={a}', '/y?z=b%20c%2Bd%26e', '/y?z=b%2520c%2Bd%26e')
test(rewrites, '/x?a=b/c?d=e', '/x?{a}', '/y/{a}', '/y/b/c%3Fd=e', '/y/b/c?d=e')
test(rewrites, '/x?a=b', '/x?{a}', '/y?z={$f(a)}', ...same('/y?z=%3Cb%3E'))
test(rewrites, '/x?a=1', '/x?{**}', '/y?a={a}&{**}', ...same('/y?a=1'))
test(rewrites, '/x', '/x', '/y?a=1&b&c={none}&d=\\{e\\}', ...same('/y?a=1&b&c&d={e}'))
test(rewrites, '/x?a=1', '/x?{**}', '/y?{**} ', '/y', '/y?')
// a part of the query with the name of a part of the address stays the query's
test(rewrites, '/x/a?path=b', '/x/{path=**}?{**}', '/{path=**}?{**}', ...same('/a?path=b'))
test(rewrites, '/x/a?path=b', '/x/{path=**}?{**}', '/y?path={path}&{**}', ...same('/y?path=a'))
test(rewrites, '/x/a/b?c=d', '/x/{path=**}?{c}', '/y?{**}', ...same('/y?c=d&path=a&path=b'))

const unresolved = test.macro({
  exec(t, template: string, param: string) {
    const params = paramsOf({host: ['h'], flag: [null]})
    const error = t.throws(() => expand(parseTemplate(template), params, evaluate), {instanceOf: UnresolvedError})
    t.is(error.param, param)
    t.true(error.message.includes(`{${param}}`) && error.message.includes(template))
  },
  title: (_, template, param) => `${template} lacks ${param}`,
})

test(unresolved, '{scheme}://{host}/', 'scheme')
test(unresolved, 'http://{host}:{port=*}/', 'port')
test(unresolved, '/{missing}', 'missing')
test(unresolved, '/{missing=**}', 'missing')
test(unresolved, '/{$none(host)}/a', '$none(host)')
test(unresolved, '{$none[X]}://h/a', '$none[X]')
test(unresolved, '/{flag}', 'flag')
test(unresolved, '/a#{missing}', 'missing')
test(unresolved, '/a/*/b', '*')

const refuses = test.macro({
  exec(t, query: string, template: string) {
    const url = `/x?${query}`
    t.throws(() => rewritten(url, '/x?{**}', template, AS_SENT), {
      instanceOf: RangeError,
      message: /cannot stand there/,
    })
    t.notThrows(() => rewritten(url, '/x?{**}', template, AS_KNOX))
  },
  title: (_, query, template) => `${query} cannot leave its part of ${template}`,
})

test(refuses, 'port=80@elsewhere', 'http://svc:{port}/')
test(refuses, 'host=svc/../a', 'http://{host}:80/')
test(refuses, 'host=svc#a', 'http://{host=*}:80/')
test(refuses, 'host=a\\b', 'http://{$f(host)}:80/')

const gives = test.macro({
  exec(t, template: string, expected: string) {
    const params = paramsOf({host: ['h'], q: ['a b', 'é~'], flag: [null], empty: ['']})
    t.is(expand(parseTemplate(template), params, evaluate), expected)
  },
  title: (_, template, expected) => `${template} gives ${expected}`,
})

test(gives, 'http://u:p@{host}:80/', 'http://u:p@h:80/')
test(gives, '/{missing=word}/{missing=}', '/word/')
test(gives, '?{q}&{missing}&{flag}&{empty}', '?q=a+b&q=%C3%A9%7E&missing&flag&empty=')
test(gives, '?{q=*}', '?q=a+b')
test(gives, '{[l1,l2]}/{(host)}', 'l1/l2/h')
test(gives, '?a={q}&{**}', '?a=a+b&a=%C3%A9%7E&host=h&flag&empty=')

test('newer params take the place of older ones', t => {
  const params = joinedParams(paramsOf({a: ['1'], b: ['2']}), paramsOf({b: ['3']}))
  t.deepEqual([...params.names()], ['a', 'b'])
  t.deepEqual(params.get('b'), ['3'])
  t.is(params.get('c'), undefined)
})
