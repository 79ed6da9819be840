import {duration, integer, list, oneOf, type Param, text} from '../common/params.js'
import type {CheckPolicy, HashOn} from '../ha/balancing-policy.js'

/** `principal`, or the name of a header or a cookie. */
function hashOn(doc: string): Param<HashOn> {
  const read = (given: string): HashOn => {
    const [, kind = '', name = ''] = /^\s*(principal|header:|cookie:)\s*([!#$%&'*+.^_`|~\w-]*)\s*$/i.exec(given) ?? []
    const word = kind.toLowerCase()
    if (word === 'principal' && name === '') return word
    if (word === 'header:' && name !== '') return `header:${name.toLowerCase()}`
    if (word === 'cookie:' && name !== '') return `cookie:${name}`
    throw new RangeError(`"${given}" is none of principal, header:NAME, cookie:NAME`)
  }
  return {doc, default: 'principal', unit: 'principal | header:… | cookie:…', read}
}

function weights(doc: string): Param<readonly number[]> {
  const items = list(doc)
  const weight = integer('', 1, {min: 1, max: 1000})
  return {...items, default: [], read: given => items.read(given).map(item => weight.read(item))}
}

/** The name of a header field, in lower case; empty: none. */
function header(doc: string): Param<string> {
  const read = (given: string) => {
    if (!/^[!#$%&'*+.^_`|~\w-]*$/.test(given.trim())) throw new RangeError(`"${given}" is not the name of a header`)
    return given.trim().toLowerCase()
  }
  return {...text(doc), read}
}

/** A path with or without a query; empty: none. */
function path(doc: string): Param<string> {
  const read = (given: string) => {
    if (!/^(?:\/[!-~]*)?$/.test(given.trim())) throw new RangeError(`"${given}" is not a path such as /health`)
    return given.trim()
  }
  return {...text(doc), unit: 'path', read}
}

/** Not none: what happens again and again takes some time. */
function time(doc: string, value: number): Param<number> {
  const any = duration(doc, value, 's')
  const read = (given: string) => {
    const ms = any.read(given)
    if (ms < 1) throw new RangeError(`"${given}" is too short`)
    return ms
  }
  return {...any, read}
}

type Ranges = CheckPolicy['statuses']

/** Statuses and ranges of them, between commas. */
function statusRanges(doc: string, value: Ranges): Param<Ranges> {
  const status = integer('', 0, {min: 100, max: 599})
  const range = (item: string): Ranges[number] => {
    const [first = '', last = first] = item.split('-')
    return [status.read(first), status.read(last)]
  }
  const items = list(doc)
  return {...items, default: value, read: given => items.read(given).map(range)}
}

/** How the URLs of a service share its requests; of HaProvider for a role, and of the service itself, which goes before. */
export const balancingParams = {
  loadBalancing: oneOf(
    'How balancing chooses: each URL in turn, the one with the fewest open streams and requests, or by what `hashOn` names. Naming one puts `enableLoadBalancing` on.',
    'round-robin',
    ['round-robin', 'least-streams', 'hash'],
  ),
  hashOn: hashOn('What `hash` goes by; a request without it takes its turn.'),
  weights: weights('Parts of the URLs, in their order; when absent: 1 each.'),
  ejectAfter: integer(
    'Failures in a row after which a URL is left out; never the last one. 0: never. With `loadBalancing`: 3 when nothing is named.',
    0,
    {max: 1000},
  ),
  ejectionTime: duration('How long, before one request may try it again; doubled each time that fails.', 10_000, 's'),
  slowStart: duration('How long the part of a URL grows that is back. 0: it has all of it at once.', 30_000, 's'),
  healthCheckPath: path(
    'Asked by GET, from the root of each URL’s host, whether it is well. When absent: nothing is asked.',
  ),
  healthCheckInterval: time('From one check to the next, a tenth more or less.', 10_000),
  healthCheckTimeout: time('A check without an answer for so long has failed.', 2000),
  healthCheckStatuses: statusRanges('Statuses of a URL that is well.', [[200, 299]]),
  healthCheckHost: text('Host of the checks; when absent that of the URL.'),
  healthyThreshold: integer('Checks in a row after which a URL that is down is up.', 2, {min: 1, max: 1000}),
  unhealthyThreshold: integer(
    'Failed checks in a row after which it is down; the first check of all decides alone.',
    3,
    {
      min: 1,
      max: 1000,
    },
  ),
}

/** What the names in the URLs stand for. */
export const nameParams = {
  resolveNames: oneOf(
    'What the name in a URL stands for: `addresses`: each of its addresses is an endpoint; `srv`: each service that its SRV records name. `none`: a connection finds one.',
    'none',
    ['none', 'addresses', 'srv'],
  ),
  resolveInterval: time('When it is asked for again, where the answer does not say.', 30_000),
}

/** How a client stays with the URL that knows it, beside Knox's cookie. */
export const stickinessParams = {
  stickySessionHeader: header(
    'Header by which the service names the sessions that it begins, such as `Mcp-Session-Id`: they stay with their URL.',
  ),
  stickySessionTtl: duration(
    'How long they do, and, where it is named, the sticky cookie. 0: no limit.',
    3_600_000,
    's',
  ),
}
