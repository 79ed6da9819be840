import {spawnSync} from 'node:child_process'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {type ConnectionOptions, connect, type TLSSocket} from 'node:tls'
import test, {type ExecutionContext} from 'ava'
import {generate} from 'selfsigned'
import {definition, type HomeText, type Running, site, startGateway, temporaryHome} from '../../helpers/home.js'
import {assertNoLeaks} from '../../helpers/leaks.js'
import type {Credentials} from '../../helpers/scripted-service.js'
import {scriptedService} from '../../helpers/scripted-service.js'
import {xTopology} from '../through.js'

assertNoLeaks(test)

/** A self-signed certificate for a host, and its key. */
async function credentials(host: string): Promise<Credentials> {
  const pem = await generate([{name: 'commonName', value: host}], {
    keyType: 'ec',
    extensions: [
      {name: 'basicConstraints', cA: true},
      {name: 'subjectAltName', altNames: [{type: 2, value: host}]},
    ],
  })
  return {cert: pem.cert, key: pem.private}
}

const NAMED = {'gateway.tls.certificate': 'conf/one.crt', 'gateway.tls.key': 'conf/one.key'}

const filesOf = (name: string, {cert, key}: Credentials): HomeText => ({
  [`conf/${name}.crt`]: cert,
  [`conf/${name}.key`]: key,
})

function start(t: ExecutionContext, settings: Readonly<Record<string, string>>, files: HomeText, environment = {}) {
  const all = {
    'conf/gateway-site.xml': site(settings),
    'conf/topologies/t.xml': xTopology(['http://127.0.0.1:1']),
    ...definition('X'),
    ...files,
  }
  return startGateway(t, all, {environment})
}

/** A connection to the gateway, once it stands; its error when it does not come to stand, or is ended before it can be used. */
function connected(t: ExecutionContext, {port}: Pick<Running, 'port'>, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({host: '127.0.0.1', port, ...options})
  t.teardown(() => socket.destroy())
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('closed')))
    socket.once('data', () => resolve(socket))
    socket.write('GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n')
  })
}

const shown = async (t: ExecutionContext, running: Running, servername: string) =>
  (await connected(t, running, {servername, rejectUnauthorized: false})).getPeerCertificate().subject.CN

test('with TLS on and nothing named, a first start makes a certificate, which stays', async t => {
  const running = await start(t, {'ssl.enabled': 'true'}, {})
  const file = join(running.home, 'data/security/keystores/gateway.pem')
  const pem = readFileSync(file, 'utf8')
  const socket = await connected(t, running, {ca: pem, servername: 'localhost'})
  t.true(socket.authorized)
  const again = await startGateway(t, {
    'conf/gateway-site.xml': site({'ssl.enabled': 'true'}),
    'data/security/keystores/gateway.pem': pem,
  })
  t.true((await connected(t, again, {ca: pem, servername: 'localhost'})).authorized)
  t.is(readFileSync(join(again.home, 'data/security/keystores/gateway.pem'), 'utf8'), pem)
})

test('of several certificates the client gets the one for the host that it names', async t => {
  const [one, two] = [await credentials('one.test'), await credentials('*.two.test')]
  const running = await start(
    t,
    {'gateway.tls.certificate': 'conf/one.crt, conf/two.crt', 'gateway.tls.key': 'conf/one.key, conf/two.key'},
    {...filesOf('one', one), ...filesOf('two', two)},
  )
  t.is(await shown(t, running, 'one.test'), 'one.test')
  t.is(await shown(t, running, 'a.two.test'), '*.two.test')
  t.is(await shown(t, running, 'other.test'), 'one.test')
})

test('a certificate that changes is shown to new connections, and the open ones stay', async t => {
  const running = await start(t, NAMED, filesOf('one', await credentials('old.test')))
  const before = await connected(t, running, {rejectUnauthorized: false})
  const {cert, key} = await credentials('new.test')
  writeFileSync(join(running.home, 'conf/one.crt'), cert)
  writeFileSync(join(running.home, 'conf/one.key'), key)
  t.deepEqual(running.gateway.reload(), [])
  t.is(await shown(t, running, 'any.test'), 'new.test')
  const answered = new Promise<Buffer>(resolve => before.once('data', resolve))
  before.write('GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n')
  t.regex(String(await answered), /^HTTP\/1\.1 200/)
})

test('a certificate that is of no use after a change is told, and the old one is shown on', async t => {
  const running = await start(t, NAMED, filesOf('one', await credentials('old.test')))
  writeFileSync(join(running.home, 'conf/one.key'), (await credentials('other.test')).key)
  const [problem] = running.gateway.reload()
  t.is(problem?.code, 'tls-unusable')
  t.is(problem?.message, 'gateway.tls.key: it is not the key of conf/one.crt')
  t.is(await shown(t, running, 'any.test'), 'old.test')
})

test('a keystore opens with the password of its alias, and with no other', async t => {
  const {cert, key} = await credentials('store.test')
  const home = temporaryHome(t, {'c.pem': cert, 'k.pem': key})
  const [inC, inK, out] = ['c.pem', 'k.pem', 'k.p12'].map(name => join(home, name))
  const made = spawnSync('openssl', [
    'pkcs12',
    '-export',
    '-in',
    inC ?? '',
    '-inkey',
    inK ?? '',
    '-out',
    out ?? '',
    '-passout',
    'pass:hunter2',
  ])
  if (made.status !== 0) {
    t.log('skipped: there is no openssl')
    t.pass()
    return
  }
  const settings = {'gateway.tls.keystore.path': join(home, 'k.p12'), 'gateway.tls.keystore.password.alias': 'store'}
  const running = await start(t, settings, {}, {GATEWAY_ALIAS_STORE: 'hunter2'})
  t.is(await shown(t, running, 'any.test'), 'store.test')
  await t.throwsAsync(start(t, settings, {}, {GATEWAY_ALIAS_STORE: 'wrong'}), {
    message: /tls-unusable: gateway\.tls\.keystore\.path: /,
  })
  await t.throwsAsync(start(t, settings, {}), {message: /tls-unusable/})
})

test('a client without a certificate that is trusted is not spoken to where one is needed', async t => {
  const [one, client, stranger] = await Promise.all(['one.test', 'client', 'stranger'].map(credentials))
  if (!one || !client || !stranger) return
  const settings = {...NAMED, 'gateway.client.auth.needed': 'true', 'gateway.truststore.path': 'conf/trust.pem'}
  const running = await start(t, settings, {...filesOf('one', one), 'conf/trust.pem': client.cert})
  t.is(
    (await connected(t, running, {...client, rejectUnauthorized: false})).getPeerCertificate().subject.CN,
    'one.test',
  )
  await t.throwsAsync(connected(t, running, {rejectUnauthorized: false}))
  await t.throwsAsync(connected(t, running, {...stranger, rejectUnauthorized: false}))
})

test('only the versions and suites that the settings leave are spoken', async t => {
  const one = filesOf('one', await credentials('one.test'))
  const suite = {'ssl.include.ciphers': 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 'ssl.exclude.protocols': 'TLSv1.3'}
  const running = await start(t, {...NAMED, ...suite}, one)
  const socket = await connected(t, running, {rejectUnauthorized: false})
  t.is(socket.getProtocol(), 'TLSv1.2')
  t.is(socket.getCipher().standardName, 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384')
  await t.throwsAsync(connected(t, running, {rejectUnauthorized: false, minVersion: 'TLSv1.3'}))
  const newer = await start(t, {...NAMED, 'ssl.include.protocols': 'TLSv1.3'}, one)
  await t.throwsAsync(connected(t, newer, {rejectUnauthorized: false, maxVersion: 'TLSv1.2'}))
  await t.throwsAsync(start(t, {...NAMED, 'ssl.include.protocols': 'TLSv1.1'}, one), {
    message: /neither TLSv1\.2 nor TLSv1\.3 is left/,
  })
})

test('gateways with one master secret resume each other’s sessions, others do not', async t => {
  const files = filesOf('one', await credentials('one.test'))
  const [one, two, other] = await Promise.all(
    ['m', 'm', 'n'].map(GATEWAY_MASTER => start(t, NAMED, files, {GATEWAY_MASTER})),
  )
  if (!one || !two || !other) return
  const options: ConnectionOptions = {rejectUnauthorized: false, maxVersion: 'TLSv1.2'}
  const session = (await connected(t, one, options)).getSession()
  t.true((await connected(t, two, {...options, ...(session && {session})})).isSessionReused())
  t.false((await connected(t, other, {...options, ...(session && {session})})).isSessionReused())
})

test('a service that wants to know who the gateway is, is shown its certificate; others that it trusts are not', async t => {
  const [one, inner] = await Promise.all(['one.test', 'localhost'].map(credentials))
  if (!one || !inner) return
  const service = await scriptedService(connection => connection.answer(), {
    ...inner,
    ...{requestCert: true, rejectUnauthorized: false},
  })
  t.teardown(() => service.close())
  const two = `<param><name>useTwoWaySsl</name><value>true</value></param>`
  const url = `https://localhost:${service.port}`
  const running = await start(
    t,
    {...NAMED, 'gateway.httpclient.truststore.path': 'conf/inner.pem'},
    {
      ...filesOf('one', one),
      'conf/inner.pem': inner.cert,
      'conf/topologies/t.xml': xTopology([url]),
      'conf/topologies/u.xml': xTopology([url]).replace('</service>', `${two}</service>`),
    },
  )
  const ask = async (topology: string) => {
    const socket = await connected(t, running, {rejectUnauthorized: false})
    const answered = new Promise<Buffer>(resolve => socket.once('data', resolve))
    socket.write(`GET /gateway/${topology}/x/a HTTP/1.1\r\nHost: h\r\n\r\n`)
    t.regex(String(await answered), /^HTTP\/1\.1 200/)
  }
  await ask('t')
  await ask('u')
  const names = service.connections.map(({socket}) => (socket as TLSSocket).getPeerCertificate().subject?.CN)
  t.deepEqual(names, [undefined, 'one.test'])
})
