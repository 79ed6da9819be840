import {spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {request} from 'node:https'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {connect} from 'node:tls'
import test, {type ExecutionContext} from 'ava'
import {startGateway} from '../helpers/home.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {fieldOf} from '../helpers/message.js'
import {RawClient} from '../helpers/raw-client.js'
import type {Script} from '../helpers/scripted-service.js'
import {capitals, frame, handshake, OFFER} from '../helpers/web-socket.js'
import {answering, ask, through, whole} from './through.js'

assertNoLeaks(test)

/** A certificate for `gw.test` and its key; undefined: there is no openssl. */
function credentials(t: ExecutionContext): {cert: string; key: string} | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-tls-'))
  t.teardown(() => rmSync(folder, {recursive: true}))
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'],
    ...['-subj', '/CN=gw.test', '-addext', 'subjectAltName=DNS:gw.test', '-keyout', key, '-out', cert],
  ])
  if (made.status === 0) return {cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8')}
  t.log('skipped: there is no openssl')
  t.pass()
  return undefined
}

async function secured(
  t: ExecutionContext,
  got: Parameters<typeof answering>[0],
  script: Script = answering(got, whole('ok')),
) {
  const pem = credentials(t)
  if (pem === undefined) return undefined
  const running = await through(t, script, {
    settings: {'gateway.tls.certificate': 'conf/cert.pem', 'gateway.tls.key': 'conf/key.pem'},
    files: {'conf/cert.pem': pem.cert, 'conf/key.pem': pem.key},
  })
  return {...running, ca: pem.cert}
}

test('the two PEM files switch HTTPS on, and services hear of it', async t => {
  const got: Parameters<typeof answering>[0] = []
  const running = await secured(t, got)
  if (running === undefined) return
  t.regex(running.url, /^https:\/\/127\.0\.0\.1:\d+\/gateway$/)
  const text = await new Promise<string>((resolve, reject) => {
    const options = {
      ca: running.ca,
      servername: 'gw.test',
      host: '127.0.0.1',
      port: running.port,
      agent: false as const,
    }
    const asked = request({...options, path: '/gateway/t/x/a', headers: {Host: 'gw.test'}}, response => {
      response.setEncoding('utf8')
      response.on('data', resolve)
    })
    asked.on('error', reject)
    asked.end()
  })
  t.is(text, 'ok')
  t.is(fieldOf(got[0]?.headers ?? [], 'x-forwarded-proto'), 'https')
  t.is(fieldOf(got[0]?.headers ?? [], 'x-forwarded-port'), '443')
})

test('a request in cleartext where TLS is spoken is told so, and goes nowhere', async t => {
  const got: Parameters<typeof answering>[0] = []
  const running = await secured(t, got)
  if (running === undefined) return
  const client = await running.client()
  await client.send(ask('/a'))
  const {startLine, body} = await client.response()
  t.is(startLine, 'HTTP/1.1 400 Bad Request')
  t.regex(body, /This port speaks TLS/)
  await client.closed
  t.deepEqual(got, [])
})

test('an offer of h2c over TLS is served as a plain request', async t => {
  const got: Parameters<typeof answering>[0] = []
  const running = await secured(t, got)
  if (running === undefined) return
  const socket = connect({host: '127.0.0.1', port: running.port, ca: running.ca, servername: 'gw.test'})
  t.teardown(() => socket.destroy())
  let received = ''
  const until = (text: string) =>
    new Promise<void>(resolve => {
      socket.on('data', (chunk: Buffer) => {
        received += chunk.toString()
        if (received.includes(text)) resolve()
      })
    })
  const answered = until('ok')
  socket.write(ask('/a', ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AA']))
  await answered
  t.is(fieldOf(got[0]?.headers ?? [], 'x-forwarded-proto'), 'https')
})

test('a WebSocket over TLS, and what refuses one', async t => {
  const running = await secured(t, [], capitals)
  if (running === undefined) return
  const secureClient = async () => {
    const socket = connect({host: '127.0.0.1', port: running.port, ca: running.ca, servername: 'gw.test'})
    t.teardown(() => socket.destroy())
    await new Promise(resolve => socket.once('secureConnect', resolve))
    return new RawClient(socket)
  }
  const client = await secureClient()
  await client.send(ask('/socket', OFFER))
  t.is((await handshake(client)).startLine, 'HTTP/1.1 101 Switching Protocols')
  await client.send(frame('hello'))
  await client.until('HELLO')
  client.end()
  await client.closed
  await (await running.service.connection(0)).closed
  const refused = await secureClient()
  await refused.send(ask('/socket', OFFER).replace('/x/', '/y/'))
  t.is((await refused.response()).startLine, 'HTTP/1.1 404 Not Found')
  await refused.closed
})

test('cleartext for others than this machine is told', async t => {
  const files = {'conf/topologies/t.xml': '<topology/>'}
  const told = async (host: string) =>
    (await startGateway(t, files, {host})).told.filter(line => line.includes('cleartext'))
  t.deepEqual(await told('127.0.0.1'), [])
  t.deepEqual(await told('0.0.0.0'), [
    'clients are served in cleartext: ssl.enabled=true serves TLS {"address":"0.0.0.0"}',
  ])
})
