import type {Values} from '../common/params.js'
import {duration, flag, integer, list, oneOf, size, text} from '../common/params.js'
import {httpUrl, networks, pathSegments, whitelist} from './setting-kinds.js'
import {prefixed, streamParams} from './stream-params.js'

/**
 * What `conf/gateway-site.xml` may set. Names, units and defaults are those of Knox's
 * `GatewayConfigImpl` where it has the setting; where a default differs the row says so.
 */
export const settings = {
  'gateway.host': text('Address to listen at; `0.0.0.0` for all (Knox: all).', '127.0.0.1'),
  'gateway.port': integer('Port to listen at; 0: any free one.', 8443, {max: 65_535}),
  'gateway.path': pathSegments('First part of every path: `/gateway/{topology}/…`.', 'gateway'),
  'gateway.frontend.url': httpUrl('Address at which clients reach the gateway, `gateway.path` included.'),
  'ssl.enabled': flag(
    'Serve HTTPS; needs the two PEM files. When it is absent: on if they are named (Knox: always on).',
    false,
  ),
  'gateway.tls.certificate': text('PEM file with the certificate chain, relative to the home.'),
  'gateway.tls.key': text('PEM file with its private key, relative to the home.'),

  'gateway.servlet.async.supported': flag('Let SSE dispatches stream, in all topologies.', false),
  'gateway.servlet.async.supported.topologies': list('Let SSE dispatches stream in these topologies; case aside.'),

  'gateway.xforwarded.enabled': flag('Tell services of the client by X-Forwarded headers.', true),
  'gateway.xforwarded.trusted': networks('Whose X-Forwarded headers are believed; of others they are replaced.', [
    '127.0.0.0/8',
    '::1/128',
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    'fc00::/7',
    'fe80::/10',
  ]),

  'gateway.dispatch.whitelist': whitelist(
    'Addresses a service may be reached at. `DEFAULT`: hosts of the domain of the gateway; `HTTPS_ONLY`: these by https.',
  ),
  'gateway.dispatch.whitelist.services': list('Roles for which it is checked; `*`: all.'),

  'gateway.httpclient.connectionTimeout': duration('TCP and TLS to a service.', 20_000, 'ms'),
  'gateway.httpclient.socketTimeout': duration('Without a byte from a service; not for event streams.', 20_000, 'ms'),
  'gateway.httpclient.maxConnections': integer('Connections kept to one endpoint; event streams do not count.', 32, {
    min: 1,
  }),

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
  'gateway.httpserver.requestHeaderBuffer': size('Request line and headers together (Knox: 8192).', 16 * 1024),
  'gateway.request.headers.max': integer('Number of header fields of a request.', 200, {min: 1}),
  'gateway.request.url.max': size('Length of the path and query of a request.', 8 * 1024),
  'gateway.request.body.max': size('Length of the body of a request; 0: no limit.', 0),

  'gateway.drain.delay': duration('After SIGTERM: from `/readyz` failing to listeners closed.', 10_000, 's'),
  'gateway.drain.timeout': duration('After SIGTERM: until what is left is broken off.', 300_000, 's'),

  'gateway.streams.max': integer('Open event streams; more are refused. 0: no limit.', 0),
  'gateway.streams.max.address': integer('The same, of one client address.', 0),
  'gateway.streams.max.principal': integer('The same, of one user other than `anonymous`.', 0),
  'gateway.streams.rate': integer(
    'Event streams that may begin in a second, so that a start is not a storm; more are refused. 0: no limit.',
    0,
  ),

  'gateway.control.socket': text(
    'UNIX socket by which `gateway streams` and `gateway figures` ask the gateway that runs, relative to the home; empty: none.',
    'run/control.sock',
  ),

  'gateway.access.log.format': oneOf('One line a request.', 'json', ['json', 'combined', 'off']),
  'gateway.access.log.file': text('Where it goes, relative to the home; `-`: standard error.', '-'),

  ...prefixed(streamParams),
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
