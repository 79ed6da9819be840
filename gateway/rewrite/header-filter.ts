import {remember, rememberAlike} from '../common/remember.js'
import type {Direction, FilterDescriptor, FilterPartDescriptor} from '../descriptor/rewrite-descriptor.js'
import {nameTest, rememberName} from '../http/headers.js'
import type {Use} from './trace.js'

/** What a filter has done to a header: a rule by name, the rule that fits best, or nothing. */
export type HeaderTreatment = Use | 'leave'

/** Gives what becomes of a header or cookie, by its name as it was sent. */
export type HeaderChoice = (name: string) => HeaderTreatment

/** Filters of all topologies that differ. */
const MOST_CHOICES = 200

const BEST: HeaderTreatment = {rule: undefined}

/**
 * What a filter says of headers. A filter with parts for headers decides alone, and a header that it
 * does not name stays. Without one every header of a response is tried against the rules, save those that never hold a URL,
 * and of a request those that hold one.
 * Source: Knox, `UrlRewriteUtil.pickFirstRuleWithEqualsIgnoreCasePathMatch`. Differs: Knox tries all headers.
 */
export function headerChoice(filter: FilterDescriptor | undefined, direction: Direction): HeaderChoice {
  const parts = filter === undefined ? [] : partsFor(filter, HEADERS)
  if (parts.length > 0) return choiceOfHeaders(parts)
  return UNFILTERED[direction]
}

const UNFILTERED: Readonly<Record<Direction, HeaderChoice>> = {
  in: name => (mayHoldUrl(name) ? BEST : 'leave'),
  out: name => (holdsNoUrl(name) ? 'leave' : BEST),
}

/** Most names are none of the filter's, and need no lower-case copy. */
const choiceOfHeaders = rememberAlike((parts: readonly FilterPartDescriptor[]): HeaderChoice => {
  const choose = choiceOf(parts, name => name.toLowerCase())
  const isNamed = nameTest(parts.map(({path}) => path.toLowerCase()))
  const others = choose('*')
  return name => (isNamed(name) ? choose(name) : others)
}, MOST_CHOICES)

/** Whether a choice has anything done to a header of that name. */
export const isChosenBy = remember(
  (choose: HeaderChoice) => rememberName(name => choose(name) !== 'leave'),
  MOST_CHOICES,
)

/** What a filter says of cookies, by their names; without it they stay. */
export function cookieChoice(filter: FilterDescriptor | undefined): HeaderChoice {
  return choiceOf(filter === undefined ? [] : partsFor(filter, COOKIES), name => name)
}

function choiceOf(parts: readonly FilterPartDescriptor[], keyOf: (name: string) => string): HeaderChoice {
  const named = new Map(parts.toReversed().map(part => [keyOf(part.path), treatmentOf(part)]))
  return name => named.get(keyOf(name)) ?? named.get('*') ?? 'leave'
}

/** Whether a filter names a rule for any header; without that only the rule that fits best may be used. */
export function namesRules(filter: FilterDescriptor | undefined): boolean {
  const parts = filter === undefined ? [] : partsFor(filter, HEADERS)
  return parts.map(treatmentOf).some(treatment => treatment !== 'leave' && treatment.rule !== undefined)
}

function treatmentOf(part: FilterPartDescriptor): HeaderTreatment {
  if (part.kind !== 'apply') return 'leave'
  return part.rule === '*' ? {...part, rule: undefined} : part
}

const HEADERS = 'x-http-headers'
const COOKIES = 'x-http-cookies'

/** From the most to the least specific. Source: Knox, `MimeTypeMap`. */
function partsFor({contents}: FilterDescriptor, sub: string): readonly FilterPartDescriptor[] {
  for (const type of [`application/${sub}`, `*/${sub}`, 'application/*', '*/*']) {
    const content = contents.findLast(each => each.type.toLowerCase() === type)
    if (content) return content.parts
  }
  return []
}

/** Fields of requests that hold a URL of the service's (RFC 9110 §10.1.3, §8.7; RFC 4918 §10.3). */
const mayHoldUrl = nameTest(['referer', 'destination', 'content-location'])

/** Fields whose values are never a URL, or hold one that is not for the client to follow. Source: IANA, HTTP Field Name Registry. */
const holdsNoUrl = nameTest([
  'accept-ch',
  'accept-patch',
  'accept-post',
  'accept-ranges',
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'access-control-max-age',
  'age',
  'allow',
  'alt-svc',
  'authentication-info',
  'cache-control',
  'clear-site-data',
  'connection',
  'content-digest',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-range',
  'content-security-policy',
  'content-security-policy-report-only',
  'content-type',
  'cross-origin-embedder-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'date',
  'digest',
  'etag',
  'expires',
  'keep-alive',
  'last-modified',
  'origin-agent-cluster',
  'permissions-policy',
  'pragma',
  'proxy-authenticate',
  'referrer-policy',
  'repr-digest',
  'retry-after',
  'sec-websocket-accept',
  'sec-websocket-extensions',
  'sec-websocket-protocol',
  'server',
  'server-timing',
  'set-cookie',
  'strict-transport-security',
  'timing-allow-origin',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'vary',
  'via',
  'warning',
  'www-authenticate',
  'x-accel-buffering',
  'x-content-type-options',
  'x-frame-options',
  'x-powered-by',
  'x-request-id',
  'x-xss-protection',
])
