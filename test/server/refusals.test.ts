import test from 'ava'
import {eventClient} from '../helpers/event-client.js'
import {guardedHome, provider} from '../helpers/guarded.js'
import {startGateway} from '../helpers/home.js'

const BROWSER = {Accept: 'text/event-stream', 'Sec-Fetch-Mode': 'cors'}
const SAM = {Authorization: `Basic ${Buffer.from('sam:secret').toString('base64')}`}

const shiro = provider('authentication', 'ShiroProvider', {
  'main.ldapRealm.contextFactory.url': 'ldap://127.0.0.1:1',
  'urls./**': 'authcBasic',
})

const answers = test.macro({
  async exec(
    t,
    headers: Readonly<Record<string, string>>,
    refuse: string,
    status: number,
    kind: 'sse' | 'plain' = 'sse',
  ) {
    const param = `<param><name>sse.refuse</name><value>${refuse}</value></param>`
    const {url, told} = await startGateway(t, guardedHome(shiro, 'http://127.0.0.1:2', kind, param))
    const client = await eventClient(t, `${url}/t/x/events`, headers)
    await client.over()
    t.is(client.response.statusCode, status)
    t.is(client.ended, 'whole')
    if (status === 200) t.regex(client.text, /^retry: \d{4}\n\n$/)
    t.is(told.filter(line => line.includes('authentication-unavailable')).length, status === 401 ? 0 : 1)
  },
  title: (_, headers: object, refuse: string, status: number, kind: string = 'sse') =>
    `while a directory is down: ${kind}, ${Object.keys(headers)}, sse.refuse=${refuse}: ${status}`,
})

test(answers, {...BROWSER, ...SAM}, 'auto', 200)
test(answers, {...BROWSER, ...SAM}, 'auto', 200, 'plain')
test(answers, {...BROWSER, ...SAM}, 'status', 503)
test(answers, SAM, 'auto', 503)
test(answers, SAM, 'soft', 200)
test(answers, BROWSER, 'auto', 401)
