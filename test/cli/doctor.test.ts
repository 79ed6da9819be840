import test from 'ava'
import {healthy} from '../doctor/services.js'
import {freePort} from '../helpers/free-port.js'
import {service} from '../helpers/served.js'
import {gateway} from './program.js'

test.serial('a healthy stream is called so', async t => {
  const url = await service(t, (request, response) =>
    request.headers.authorization === 'Bearer x' ? healthy(request, response) : response.writeHead(401).end(),
  )
  const {code, out} = await gateway(['doctor', url, '-H', 'Authorization: Bearer x', '--seconds', '1'])
  t.regex(out, /^watched for 1(\.\d)? s, 5 events\nnothing wrong was seen\n$/)
  t.is(code, 0)
  const refused = await gateway(['doctor', url])
  t.regex(refused.out, /^fault: status: the status is 401\. Any status/m)
  t.is(refused.code, 1)
})

test.serial('findings are told as JSON too', async t => {
  const url = await service(t, (_, response) => response.writeHead(200, {'Content-Type': 'text/plain'}).end('hello'))
  const {code, out} = await gateway(['doctor', url, '--json'])
  const {events, findings} = JSON.parse(out) as {events: number; findings: object[]}
  t.is(events, 0)
  t.like(findings[0], {severity: 'fault', code: 'wrong-type', message: 'the Content-Type is text/plain'})
  t.like(findings[1], {severity: 'note', code: 'cacheable'})
  t.is(code, 1)
})

test.serial('where nobody listens that is told', async t => {
  const {code, err} = await gateway(['doctor', `http://127.0.0.1:${await freePort()}/`])
  t.regex(err, /^http:.*ECONNREFUSED/)
  t.is(code, 1)
})

for (const args of [[], ['events'], ['http://a/', '--seconds', '0'], ['http://a/', '-H', 'no colon']])
  test.serial(`doctor ${args.join(' ')} is wrong usage`, async t => {
    t.is((await gateway(['doctor', ...args])).code, 2)
  })
