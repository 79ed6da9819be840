import test from 'ava'
import {assertNoLeaks} from '../helpers/leaks.js'
import {fieldOf} from '../helpers/message.js'
import {ask, exchanged} from './through.js'

assertNoLeaks(test)

/** What a client gets of a service's cookie. */
const gets = test.macro({
  async exec(t, cookie: string, expected: string, settings: Readonly<Record<string, string>>) {
    const response = ['HTTP/1.1 200 OK', `Set-Cookie: ${cookie}`, 'Content-Length: 0', '', ''].join('\r\n')
    const {answer} = await exchanged(t, ask('/a'), response, {
      kind: 'ha',
      params: {responseExcludeHeaders: 'WWW-Authenticate'},
      settings,
    })
    t.is(fieldOf(answer.headers, 'set-cookie'), expected)
  },
  title: (_, cookie: string, expected: string) => `${cookie} becomes ${expected}`,
})

const on = {'gateway.scope.cookies.feature.enabled': 'true'}
test(gets, 'a=b; Path=/; Secure', 'a=b; Secure; Path=/gateway/t/', on)
test(gets, 'a=b; path=/c', 'a=b; Path=/gateway/t/c', on)
test(gets, 'a=b', 'a=b; Path=/gateway/t/', on)
test(gets, 'a=b; Path=', 'a=b; Path=; Path=/gateway/t/', on)
test(gets, 'a=b; Path=/gateway/t/x', 'a=b; Path=/gateway/t/x', on)
test(gets, 'a=b; Path=/gateway/tt', 'a=b; Path=/gateway/t/gateway/tt', on)
test(gets, 'a=b; Path=/; HttpOnly', 'a=b; Path=/; HttpOnly', {})
test(gets, 'a=b; Path=/c', 'a=b; Path=/other/t/c', {...on, 'gateway.frontend.url': 'http://gw.test/other'})
