import {existsSync, readFileSync} from 'node:fs'
import test from 'ava'
import {problems as collection, printProblem} from '../../gateway/common/problem.js'
import {type Environment, siteOf} from '../../gateway/site/read-site.js'
import type {SettingName} from '../../gateway/site/settings.js'

function read(properties: readonly (readonly [string, string])[], environment: Environment = {}) {
  const problems = collection()
  const listed = properties.map(([name, value], i) => ({name, value, at: {file: 'site.xml', line: i + 1, column: 1}}))
  return {...siteOf(listed, environment, problems), told: problems.all.map(printProblem)}
}

test('without a file and an environment everything is as by default', t => {
  const {settings, origins, told} = read([])
  t.deepEqual(told, [])
  t.like(settings, {
    'gateway.port': 8443,
    'gateway.path': 'gateway',
    'ssl.enabled': false,
    'gateway.servlet.async.supported': false,
    'gateway.httpclient.socketTimeout': 20_000,
    'gateway.sse.keepalive.interval': 15_000,
  })
  t.is(origins['gateway.port'], 'default')
})

const gives = test.macro({
  exec(t, name: SettingName, text: string, expected: unknown) {
    const {settings, origins, told} = read([[name, text]])
    if (expected instanceof RegExp) t.regex(told.join('\n'), expected)
    else {
      t.deepEqual(told, [])
      t.deepEqual<unknown, unknown>(settings[name], expected)
      t.is(origins[name], 'site.xml:1')
    }
  },
  title: (_, name, text) => `${name} of "${text}"`,
})
test(gives, 'gateway.port', ' 9443 ', 9443)
test(gives, 'gateway.port', '70000', /^site\.xml:1:1: setting-invalid: gateway\.port: "70000" is not a whole number/)
test(gives, 'gateway.path', '/a/b/', 'a/b')
test(gives, 'gateway.path', 'a b', /not a path/)
test(gives, 'gateway.path', '../x', /not a path/)
test(gives, 'gateway.path', 'a/.', /not a path/)
test(gives, 'gateway.path', '..a/.b.', '..a/.b.')
test(gives, 'gateway.httpserver.requestHeaderBuffer', '1', /"1" is less than 1024 bytes/)
test(gives, 'gateway.httpserver.requestHeaderBuffer', '8k', 8192)
test(gives, 'gateway.httpserver.requestHeaderBuffer', '99999999999g', /is more than \d+ bytes/)
test(gives, 'gateway.frontend.url', 'https://gw.test:99999/x', /not an address/)
test(gives, 'gateway.idle.timeout', '25d', /"25d" is more than 24 days/)
test(gives, 'gateway.frontend.url', 'https://gw.test:8443/gateway/', 'https://gw.test:8443/gateway')
test(gives, 'gateway.frontend.url', 'gw.test', /not an address/)
test(gives, 'gateway.frontend.url', 'https:///x', /not an address/)
test(gives, 'gateway.xforwarded.trusted', '10.1.2.3, fd00::/8', ['10.1.2.3', 'fd00::/8'])
test(gives, 'gateway.xforwarded.trusted', '10.0.0.0/33', /not an address or a network/)
test(gives, 'gateway.xforwarded.trusted', '10.0.0.256', /not an address or a network/)
test(gives, 'gateway.dns.servers', '10.0.0.2, 127.0.0.1:8600, [::1]:53, fd00::1', [
  '10.0.0.2',
  '127.0.0.1:8600',
  '[::1]:53',
  'fd00::1',
])
test(gives, 'gateway.dns.servers', '10.0.0.0/8', /not an address such as/)
test(gives, 'gateway.dns.servers', 'dns.example:53', /not an address such as/)
test(gives, 'gateway.xforwarded.trusted', 'fd00::/129', /not an address or a network/)
test(gives, 'gateway.dispatch.whitelist', 'HTTPS_ONLY', 'HTTPS_ONLY')
test(gives, 'gateway.dispatch.whitelist', '^/.*$;^https?://[a-z]+$', '^/.*$;^https?://[a-z]+$')
test(gives, 'gateway.dispatch.whitelist', '^/.*$;(', /"\(" is not a regular expression/)
test(gives, 'gateway.httpclient.connectionTimeout', '5m', 300_000)
test(gives, 'gateway.sse.retry', '500', 500)
test(gives, 'gateway.sse.idle.timeout', '30', 30_000)
test(gives, 'gateway.request.body.max', '10m', 10 * 1024 ** 2)
test(gives, 'gateway.access.log.format', 'Combined', 'combined')
test(gives, 'gateway.sse.on.loss', 'Abort', 'abort')
test(gives, 'gateway.sse.on.loss', 'event:error {"code":502}', 'event:error {"code":502}')
test(gives, 'gateway.sse.on.loss', 'event: ', /has no data/)
test(gives, 'gateway.sse.on.loss', 'end', /none of abort, resume, event:…/)
test(gives, 'gateway.sse.on.loss', 'resume', /resume-undeclared: gateway\.sse\.on\.loss=resume needs/)

test('unknown names are faults with a suggestion; those of Knox, and those meant for others, one warning together', t => {
  const {told} = read([
    ['gateway.prot', '1'],
    ['gateway.threadpool.max', '254'],
    ['gateway.hadoop.kerberos.secured', 'false'],
    ['sun.security.krb5.debug', 'true'],
    ['java.security.krb5.conf', '/etc/x'],
    ['gateway.quite.another', ''],
    ['gatewy.port', '1'],
    // as Knox 1.1 to 1.5 ship it
    ['hgateway.group.config.adoop.security.group.mapping.ldap.search.attr.member', 'member'],
    ['hadoop.tmp.dir', '/tmp'],
  ])
  t.deepEqual(told, [
    'site.xml:1:1: setting-unknown: gateway.prot is not a setting; did you mean gateway.port?',
    'site.xml:6:1: setting-unknown: gateway.quite.another is not a setting',
    'site.xml:7:1: setting-unknown: gatewy.port is not a setting; did you mean gateway.port?',
    'site.xml:2:1: warning: setting-unused: settings that have no use here: gateway.threadpool.max, gateway.hadoop.kerberos.secured, sun.security.krb5.debug, java.security.krb5.conf, hgateway.group.config.adoop.security.group.mapping.ldap.search.attr.member, hadoop.tmp.dir',
  ])
})

test('certificates of clients need TLS, and somebody who vouches for them', t => {
  const needed = ['gateway.client.auth.needed', 'True'] as const
  const trust = ['gateway.truststore.path', 'trust.pem'] as const
  const secure = ['ssl.enabled', 'true'] as const
  t.deepEqual(read([needed, trust, secure]).told, [])
  t.deepEqual(read([['gateway.client.auth.needed', 'false']]).told, [])
  t.deepEqual(read([needed, secure]).told, [
    'site.xml:1:1: tls-incomplete: certificates of clients need gateway.truststore.path',
  ])
  t.deepEqual(read([needed, trust]).told, ['site.xml:1:1: tls-incomplete: certificates of clients need ssl.enabled'])
})

test('a topology cannot be excluded from certificates that all clients need', t => {
  const exclude = ['gateway.client.auth.exclude', 'health'] as const
  const trusted = [['gateway.truststore.path', 'trust.pem'] as const, ['ssl.enabled', 'true'] as const]
  t.deepEqual(read([exclude]).told, [])
  t.deepEqual(read([exclude, ['gateway.client.auth.wanted', 'true'], ...trusted]).told, [])
  t.regex(
    read([exclude, ['gateway.client.auth.needed', 'true'], ...trusted]).told.join('\n'),
    /^site\.xml:1:1: setting-invalid: gateway\.client\.auth\.exclude: all topologies have one port/,
  )
})

test('of a name set twice the later holds', t => {
  const {settings, told} = read([
    ['gateway.port', '1'],
    ['gateway.port', '2'],
  ])
  t.is(settings['gateway.port'], 2)
  t.deepEqual(told, ['site.xml:2:1: warning: setting-duplicate: gateway.port was set in line 1; this one holds'])
})

test('the environment goes before the file; what it misspells is a warning', t => {
  const environment = {
    GATEWAY_PORT: '9',
    GATEWAY_HOME: '/x',
    GATEWAY_HTTPCLIENT_SOCKETTIMEOUT: '7s',
    GATEWAY_PROT: '1',
    OTHER: '1',
  }
  const {settings, origins, told} = read([['gateway.port', '1']], environment)
  t.is(settings['gateway.port'], 9)
  t.is(settings['gateway.httpclient.socketTimeout'], 7000)
  t.is(origins['gateway.port'], 'environment GATEWAY_PORT')
  t.deepEqual(told, [
    'environment GATEWAY_PROT:1:1: warning: environment-unknown: no setting; did you mean GATEWAY_PORT?',
  ])
  t.true(read([], {GATEWAY_SSL_ENABLED: 'no'}).told[0]?.includes('"no" is neither true nor false'))
})

test('what Kubernetes says of a Service named gateway is no setting', t => {
  const {settings, told} = read([], {
    GATEWAY_PORT: 'tcp://10.96.0.7:80',
    GATEWAY_SERVICE_HOST: '10.96.0.7',
    GATEWAY_SERVICE_PORT: '80',
    GATEWAY_PORT_80_TCP_ADDR: '10.96.0.7',
  })
  t.is(settings['gateway.port'], 8443)
  t.deepEqual(told, [])
})

test('TLS needs both PEM files; naming them switches it on', t => {
  const certificate = ['gateway.tls.certificate', 'c.pem'] as const
  const key = ['gateway.tls.key', 'k.pem'] as const
  const on = read([certificate, key])
  t.true(on.settings['ssl.enabled'])
  t.is(on.origins['ssl.enabled'], 'implied by gateway.tls.certificate')
  t.false(read([certificate, key, ['ssl.enabled', 'false']]).settings['ssl.enabled'])
  t.regex(read([key]).told.join(), /^site\.xml:1:1: tls-incomplete: TLS needs as many of gateway\.tls\.key as of/)
  t.regex(read([['gateway.tls.certificate', 'a,b'], key]).told.join(), /tls-incomplete: TLS needs as many/)
  const store = ['gateway.tls.keystore.path', 'k.p12'] as const
  t.true(read([store]).settings['ssl.enabled'])
  t.regex(read([certificate, key, store]).told.join(), /^site\.xml:3:1: tls-incomplete: .*, not both/)
  t.regex(read([['gateway.tls.keystore.type', 'JKS']]).told.join(), /setting-invalid: .*"JKS" is none of PKCS12/)
})

test('every setting of Knox loads', t => {
  const list = new URL('../../../../shared/knox/gateway-site-properties.json', import.meta.url)
  if (!existsSync(list)) {
    t.log('skipped: no list of the settings of Knox')
    t.pass()
    return
  }
  const names: readonly {name: string}[] = JSON.parse(readFileSync(list, 'utf8'))
  const unknown = names.filter(({name}) => read([[name, 'false']]).told.some(line => line.includes('setting-unknown')))
  t.deepEqual(unknown, [])
})
