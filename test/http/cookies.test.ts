import test from 'ava'
import {cookieNameOf, cookieOf, printSetCookie} from '../../gateway/http/cookies.js'

const finds = test.macro({
  exec(t, fields: readonly string[], name: string, expected: string | undefined) {
    t.is(
      cookieOf(
        fields.flatMap(field => ['Cookie', field]),
        name,
      ),
      expected,
    )
  },
  title: (_, fields: readonly string[], name) => `${name} in ${fields.join(' | ')}`,
})

test(finds, ['a=1; b=2'], 'b', '2')
test(finds, ['a=1;b=2'], 'b', '2')
test(finds, ['a=1', 'b=2'], 'b', '2')
test(finds, ['a=1; a=2'], 'a', '1')
test(finds, ['A=1'], 'a', undefined)
test(finds, ['xa=1'], 'a', undefined)
test(finds, ['a=x=y=='], 'a', 'x=y==')
test(finds, ['a="q"'], 'a', '"q"')
test(finds, ['a', '=b'], 'a', undefined)
test(finds, ['room', 'x=room;  room = 2 ; room=3'], 'room', '2')
test(finds, ['aroom=1; room=', 'room=2'], 'room', '')
test(finds, [], 'a', undefined)

test('a cookie to set', t => {
  const cookie = {name: 'KNOX_BACKEND-X', value: 'ab12', path: '/gateway/t', secure: true, httpOnly: true}
  t.is(printSetCookie(cookie), 'KNOX_BACKEND-X=ab12; Path=/gateway/t; Secure; HttpOnly')
  t.is(
    printSetCookie({...cookie, secure: false, httpOnly: false, maxAge: 0, sameSite: 'Lax'}),
    'KNOX_BACKEND-X=ab12; Path=/gateway/t; Max-Age=0; SameSite=Lax',
  )
})

test('what a cookie cannot be', t => {
  const cookie = {name: 'a', value: 'b', path: '/', secure: true, httpOnly: true}
  for (const change of [
    {name: 'a b'},
    {name: ''},
    {value: 'b;c'},
    {value: 'b\r\nX: y'},
    {path: '/;Domain=x'},
    {path: 'x'},
  ])
    t.throws(() => printSetCookie({...cookie, ...change}), {instanceOf: RangeError})
})

test('the name of a cookie that a service sets', t => {
  t.is(cookieNameOf('a=1; Path=/'), 'a')
  t.is(cookieNameOf(' hadoop.auth="x=y"; HttpOnly'), 'hadoop.auth')
  t.is(cookieNameOf('novalue'), '')
})
