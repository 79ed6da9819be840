import type {Values} from '../common/params.js'
import {duration, flag, headerValue, integer, list, oneOf, size, text} from '../common/params.js'
import {admissionParams} from './admission-params.js'
import {compressionParams} from './compression-params.js'
import {
  dnsServers,
  expressions,
  globalRoles,
  httpUrl,
  networks,
  pathSegments,
  storeType,
  trustType,
  whitelist,
} from './setting-kinds.js'
import {prefixed, streamParams} from './stream-params.js'

/**
 * What `conf/gateway-site.xml` may set. Names, units and defaults are those of Knox's
 * `GatewayConfigImpl` where it has the setting; where a default differs the row says so.
 */
export const settings = {
  'gateway.host': text('Address to listen at; `0.0.0.0` for all (Knox: all).', '127.0.0.1'),
  'gateway.port': integer('Port to listen at; 0: any free one.', 8443, {max: 65_535}),
  'gateway.path': pathSegments('First part of every path: `/gateway/{topology}/…`.', 'gateway'),
  'default.app.topology.name': text('Topology that also has the addresses outside of `gateway.path`.'),
  'gateway.frontend.url': httpUrl('Address at which clients reach the gateway, `gateway.path` included.'),
  'ssl.enabled': flag(
    'Serve HTTPS. When it is absent: on if a certificate or keystore is named (Knox: always on). With none named, a first start makes a self-signed certificate.',
    false,
  ),
  'gateway.tls.certificate': list(
    'PEM files with certificate chains, relative to the home; of several the one for the host that the client names.',
  ),
  'gateway.tls.key': list('PEM files with their private keys, in the same order.'),
  'gateway.tls.key.passphrase.alias': text(
    'Alias of the passphrase of these keys, if they have one.',
    'gateway-identity-passphrase',
  ),
  'gateway.tls.keystore.path': text('Instead of PEM files: a keystore with one certificate chain and key.'),
  'gateway.tls.keystore.type': storeType(),
  'gateway.tls.keystore.password.alias': text('Alias of its password.', 'gateway-identity-keystore-password'),
  'ssl.include.protocols': list('Of TLSv1.2 and TLSv1.3 only these; both when absent. Older ones are never spoken.'),
  'ssl.exclude.protocols': list('These are not spoken.', ['SSLv3']),
  'ssl.include.ciphers': expressions(
    'Only cipher suites whose name, as of IANA or OpenSSL, one of these expressions matches; those of Node when absent.',
  ),
  'ssl.exclude.ciphers': expressions('Not these.'),
  'gateway.client.auth.needed': flag('A client without a certificate that is trusted is not spoken to.', false),
  'gateway.client.auth.exclude': list(
    'Topologies that need none, which Knox gives a port each: refused where one is needed, since there is one port for all.',
  ),
  'gateway.client.auth.wanted': flag('A client is asked for a certificate, and may have none.', false),
  'gateway.truststore.path': text('PEM file with the certificates that vouch for those of clients.'),
  'gateway.truststore.type': trustType(),
  'gateway.strict.transport.enabled': flag(
    'Every response tells browsers to come by TLS only, unless it tells them something else (WebAppSec).',
    false,
  ),
  'gateway.strict.transport.option': headerValue(
    'How: the value of Strict-Transport-Security.',
    'max-age=31536000; includeSubDomains',
  ),

  'gateway.servlet.async.supported': flag('Let SSE dispatches stream, in all topologies.', false),
  'gateway.servlet.async.supported.topologies': list('Let SSE dispatches stream in these topologies; case aside.'),

  'gateway.global.rules.services': globalRoles(
    'Roles whose rules serve all roles when they name no scope; `none`: the default.',
  ),

  'gateway.websocket.feature.enabled': flag('Let clients and services speak WebSocket (Knox: false).', true),

  'gateway.xforwarded.enabled': flag('Tell services of the client by X-Forwarded headers.', true),
  'gateway.xforwarded.header.context.append.servicename': list(
    'Roles of services that are told the first part of their path as well, in X-Forwarded-Context.',
  ),
  'gateway.xforwarded.trusted': networks('Whose X-Forwarded headers are believed; of others they are replaced.', [
    '127.0.0.0/8',
    '::1/128',
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    'fc00::/7',
    'fe80::/10',
  ]),

  'gateway.scope.cookies.feature.enabled': flag(
    'Cookies of services are for their topology alone: its path is put before theirs.',
    false,
  ),

  'gateway.dispatch.whitelist': whitelist(
    'Addresses a service may be reached at. `DEFAULT`: hosts of the domain of the gateway; `HTTPS_ONLY`: these by https.',
  ),
  'gateway.dispatch.whitelist.services': list('Roles for which it is checked; `*`: all.'),

  'gateway.httpclient.connectionTimeout': duration('TCP and TLS to a service.', 20_000, 'ms'),
  'gateway.httpclient.socketTimeout': duration('Without a byte from a service; not for event streams.', 20_000, 'ms'),
  'gateway.dns.servers': dnsServers('Asked for the names of `resolveNames`. When absent: as the system says.'),
  'gateway.httpclient.maxConnections': integer(
    'Connections to one endpoint; event streams do not count, nor does who waits for its client.',
    32,
    {
      min: 1,
    },
  ),

  'gateway.httpclient.truststore.path': text(
    'PEM file with the certificates that vouch for those of services, instead of those that Node trusts.',
  ),
  'gateway.httpclient.truststore.type': trustType(),
  'gateway.httpclient.twoWaySsl.enabled': flag('Show every service a certificate that asks for one.', false),
  'gateway.httpclient.keystore.path': text('Keystore with that certificate; when absent: the one clients are shown.'),
  'gateway.httpclient.keystore.type': storeType(),
  'gateway.httpclient.keystore.password.alias': text('Alias of its password.', 'gateway-httpclient-keystore-password'),

  'gateway.idle.timeout': duration(
    "A client's connection without a request, or with an answer of which nothing is taken, is closed after so long.",
    300_000,
    'ms',
  ),
  'gateway.request.header.timeout': duration(
    'From the first byte of a request to the end of its headers.',
    15_000,
    's',
  ),
  'gateway.request.body.timeout': duration(
    'Without a byte of a body that the service waits for; 0: no limit.',
    60_000,
    's',
  ),
  'gateway.request.body.rate': size(
    'Of a body that is waited for longer than that, on the whole: bytes a second at the least; 0: no limit.',
    240,
  ),
  'gateway.httpserver.requestHeaderBuffer': size('Request line and headers together (Knox: 8192).', 16 * 1024, {
    min: 1024,
  }),
  'gateway.request.headers.max': integer('Number of header fields of a request.', 200, {min: 1}),
  'gateway.request.url.max': size('Length of the path and query of a request.', 8 * 1024),
  'gateway.request.body.max': size('Length of the body of a request; 0: no limit.', 0),

  'gateway.http2.enabled': flag('Speak HTTP/2 over TLS with clients that offer it (ALPN).', true),
  'gateway.http2.cleartext': flag('Speak HTTP/2 in cleartext with clients that begin with it, on the same port.', true),
  'gateway.http2.streams.max': integer('Requests at a time on one connection of HTTP/2.', 256, {min: 1}),
  'gateway.http2.resets.rate': integer(
    'Requests a second that the client of one connection of HTTP/2 may give up, ten times as many at once; then it is cut off. 0: no limit.',
    50,
  ),
  'gateway.http2.pings.rate': integer('The same for PING and SETTINGS, which must be answered.', 50),
  'gateway.http2.overhead.rate': size(
    'The same for bytes that are neither heads nor bodies, nor acknowledge what was sent.',
    64 * 1024,
  ),

  'gateway.rewrite.value.limit': size(
    'Length of one value of a body that is held back to be rewritten; a longer one that a filter names breaks the exchange off.',
    1024 * 1024,
  ),
  'gateway.strict.topology.validation': flag(
    'A topology without authentication is refused, not only warned about.',
    false,
  ),
  'gateway.knox.admin.users': list('Users that `KNOX_ADMIN_USERS` stands for in ACLs.'),
  'gateway.knox.admin.groups': list('Groups that `KNOX_ADMIN_GROUPS` stands for in ACLs.'),

  'gateway.drain.delay': duration('After SIGTERM: from `/readyz` failing to listeners closed.', 10_000, 's'),
  'gateway.drain.timeout': duration('After SIGTERM: until what is left is broken off. 0: at once.', 300_000, 's'),

  'gateway.reload.streams': oneOf(
    'Streams whose topology was changed: they run on under the plan they began with (`keep`); or those whose clients come back end, spread over gateway.drain.timeout (`move`).',
    'keep',
    ['keep', 'move'],
  ),
  'gateway.reload.generations': integer(
    'Older plans that open streams may hold; those of the oldest end, spread over gateway.drain.timeout. 0: no limit.',
    10,
  ),

  'gateway.streams.max': integer('Open event streams; more are refused. 0: no limit.', 0),
  'gateway.streams.max.address': integer('The same, of one client address.', 0),
  'gateway.streams.max.principal': integer('The same, of one user other than `anonymous`.', 0),
  'gateway.streams.rate': integer(
    'Event streams that may begin in a second, so that a start is not a storm; more are refused. 0: no limit.',
    0,
  ),

  'gateway.busy.loop.delay': duration(
    'While the event loop is late by more than so much, look after look, requests are refused; what is open goes on. 0: never.',
    0,
    'ms',
  ),

  'gateway.control.socket': text(
    'UNIX socket by which `bin/gateway streams` and `bin/gateway figures` ask the gateway that runs, relative to the home; empty: none.',
    'run/control.sock',
  ),

  'gateway.access.log.format': oneOf('One line a request.', 'json', ['json', 'combined', 'off']),
  'gateway.access.log.file': text('Where it goes, relative to the home; `-`: standard error.', '-'),

  ...prefixed(streamParams),
  ...prefixed(admissionParams),
  ...prefixed(compressionParams),
}

/** Name of a setting. */
export type SettingName = keyof typeof settings

/** The typed values of `gateway-site.xml`. */
export type Settings = Values<typeof settings>

/** `GATEWAY_PORT` for `gateway.port`, `GATEWAY_SSL_ENABLED` for `ssl.enabled`. */
export function environmentName(setting: string): string {
  const name = setting.toUpperCase().replaceAll('.', '_')
  return name.startsWith('GATEWAY_') ? name : `GATEWAY_${name}`
}
