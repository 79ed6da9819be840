import {duration, flag, integer, list, oneOf, type Param, pattern, text, type Values} from '../common/params.js'
import type {Problems} from '../common/problem.js'
import type {ParamDescriptor} from '../descriptor/topology-descriptor.js'
import {admissionParams} from '../site/admission-params.js'
import {compressionParams} from '../site/compression-params.js'
import {streamParams} from '../site/stream-params.js'
import {balancingParams, nameParams, stickinessParams} from './balancing-params.js'
import {readParams} from './read-params.js'

/** Statuses of HTTP between commas. */
function statuses(doc: string): Param<readonly number[]> {
  const items = list(doc)
  const status = integer('', 0, {min: 400, max: 599})
  return {...items, default: [], read: given => items.read(given).map(item => status.read(item))}
}

/** `name: value` between semicolons; names in lower case. */
function fields(doc: string): Param<readonly (readonly [string, string])[]> {
  const items = list(doc, [], ';')
  const read = (given: string) =>
    items.read(given).map((item): readonly [string, string] => {
      const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+)\s*:\s*([^\r\n\0]*)$/.exec(item) ?? []
      if (name === undefined || value === undefined) throw new RangeError(`"${item}" is not name: value`)
      return [name.toLowerCase(), value]
    })
  return {...items, default: [], read}
}

function cookieName(doc: string, value: string): Param<string> {
  const read = (given: string) => {
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(given)) throw new RangeError(`"${given}" is not the name of a cookie`)
    return given
  }
  return {...text(doc, value), read}
}

/** What may stand in a path. */
function pathText(doc: string): Param<string> {
  return {
    ...text(doc),
    read(given) {
      if (!/^[!-~]*$/.test(given.trim())) throw new RangeError(`${JSON.stringify(given)} cannot stand in a path`)
      return given.trim()
    },
  }
}

/** Params of HaProvider for one role, between semicolons; spelt as in Knox's `HaServiceConfigConstants`. */
export const haParams = {
  enabled: flag('Whether HA is on for the service.', true),
  maxFailoverAttempts: integer('Attempts after the first.', 3, {max: 1000}),
  failoverSleep: duration('Between two attempts.', 1000, 'ms'),
  enableLoadBalancing: flag('Every request takes the next URL, not only after a failure.', false),
  enableStickySession: flag('A client stays with its URL by a cookie; needs enableLoadBalancing.', false),
  stickySessionCookieName: cookieName('Name of that cookie; `-` and the role are added.', 'KNOX_BACKEND'),
  noFallback: flag('A client whose URL failed is told so; needs enableStickySession.', false),
  failoverNonIdempotentRequestEnabled: flag('POST and PATCH are tried elsewhere even after they were sent.', false),
  disableLoadBalancingForUserAgents: list('Parts of User-Agent values for which balancing is off.', [
    'ClouderaODBCDriverforApacheHive',
  ]),
  failoverStatuses: statuses('Statuses that count as a failure of the URL (Knox: none).'),
  failoverOnIdle: flag(
    'A stream without a first event after `sse.idle.timeout`, or 15 s, counts as a failure of the URL. Its head waits as long, while another URL may be asked.',
    false,
  ),
}

/** Params of a service of a topology, of a dispatch, and of a definition; the first of these holds. */
export const serviceParams = {
  requestExcludeHeaders: list(
    'Headers that do not reach the service. When absent: Authorization, or none where the dispatch passes all.',
  ),
  responseExcludeHeaders: list(
    'Headers that do not reach the client. When absent: Set-Cookie and WWW-Authenticate. `Set-Cookie: a; b` takes out only cookies and attributes of these names.',
  ),
  serviceContext: pathText(
    'Added to X-Forwarded-Context, after a slash; empty: the first part of the path below the topology.',
  ),
  requestAppendHeaders: fields(
    'Headers added to each request, in place of what the client sent of that name: `name: value`.',
  ),
  shouldIncludePrincipalAndGroups: flag('The user is told to the service in a header of its own.', false),
  actorIdHeaderName: text('That header.', 'X-Knox-Actor-ID'),
  actorGroupsHeaderPrefix: text('Its groups are told in headers that begin so: `…-1`, `…-2`.', 'X-Knox-Actor-Groups'),
  groupHeaderLengthLimit: integer('Characters of such a header.', 1000, {min: 1}),
  groupHeaderSizeLimit: integer('The same, instead; -1: as above.', -1, {min: -1}),
  groupFilterPattern: pattern('Which groups are told, by the whole name.', '.*'),
  basicAuthPreemptive: flag('Hive and Impala are told the user by Basic, with the password `*`.', false),
  removeUrlEncoding: flag('The query is decoded before it goes to the service.', false),
  replayBufferSize: {
    ...integer('How much of a body is kept to be sent elsewhere.', 64, {min: -1, max: 1024 ** 2}),
    unit: 'KiB',
  },
  'httpclient.connectionTimeout': duration('Overrides `gateway.httpclient.connectionTimeout`.', 20_000, 'ms'),
  'httpclient.socketTimeout': duration('Overrides `gateway.httpclient.socketTimeout`.', 20_000, 'ms'),
  'httpclient.http2': oneOf(
    'HTTP/2 to the service, one connection for all requests: where the service offers it under TLS (`offered`), or in any case, also in cleartext (`always`).',
    'off',
    ['off', 'offered', 'always'],
  ),
  useTwoWaySsl: flag('The gateway shows the service its own certificate.', false),
  haEnabled: flag('Overrides `enabled` of HaProvider for this service.', true),
  maxFailoverAttempts: haParams.maxFailoverAttempts,
  failoverSleep: haParams.failoverSleep,
  failoverStatuses: haParams.failoverStatuses,
  failoverOnIdle: haParams.failoverOnIdle,
  ...streamParams,
  ...admissionParams,
  ...compressionParams,
}

const ALL = {...serviceParams, ...balancingParams, ...stickinessParams, ...nameParams}

/** Read params; those that no file sets are absent. */
export type GivenParams = Partial<Values<typeof ALL>>

/** Params of Knox and of its guide that change nothing here. */
const UNUSED: ReadonlySet<string> = new Set([
  'enabled',
  'maxRetryAttempts',
  'retrySleep',
  'httpclient.maxConnections',
  'httpclient.cookieSpec',
  'retryCount',
  'retryNonSafeRequest',
  'addExpect100Continue',
  'kerberos',
  'zookeeperEnsemble',
  'zookeeperNamespace',
])

/** Reads the params of one element. Those of Knox without use here are told as warnings, all others that are wrong as faults. */
export function readServiceParams(params: readonly ParamDescriptor[], problems: Problems): GivenParams {
  const known: ParamDescriptor[] = []
  for (const param of params) {
    if (UNUSED.has(param.name))
      problems.warning('param-unused', param.at, `${param.name} is known to Knox and has no effect here`)
    else known.push(param)
  }
  return readParams('a service', ALL, known, problems)
}
