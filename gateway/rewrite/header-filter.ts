import type {FilterDescriptor, FilterPartDescriptor} from '../descriptor/rewrite-descriptor.js'

/** What a filter has done to a header: a rule by name, the rule that fits best, or nothing. */
export type HeaderTreatment = {readonly rule: string | undefined} | 'leave'

/** Gives what becomes of a header, by its name in lower case. */
export type HeaderChoice = (name: string) => HeaderTreatment

const BEST: HeaderTreatment = {rule: undefined}

/**
 * What a filter says of headers. A filter with parts for headers decides alone, and a header that it
 * does not name stays. Without one every header is tried against the rules, save those that never hold a URL.
 * Source: Knox, `UrlRewriteUtil.pickFirstRuleWithEqualsIgnoreCasePathMatch`. Differs: Knox tries all headers.
 */
export function headerChoice(filter: FilterDescriptor | undefined): HeaderChoice {
  const parts = filter === undefined ? [] : headerParts(filter)
  if (parts.length === 0) return name => (WITHOUT_URLS.has(name) ? 'leave' : BEST)
  const named = new Map<string, HeaderTreatment>()
  for (const part of parts) {
    const name = part.path.toLowerCase()
    if (!named.has(name)) named.set(name, treatmentOf(part))
  }
  return name => named.get(name) ?? 'leave'
}

/** Whether a filter names a rule for any header; without that only the rule that fits best may be used. */
export function namesRules(filter: FilterDescriptor | undefined): boolean {
  return filter !== undefined && headerParts(filter).some(part => treatmentOf(part) !== BEST && part.kind === 'apply')
}

function treatmentOf(part: FilterPartDescriptor): HeaderTreatment {
  if (part.kind !== 'apply') return 'leave'
  return part.rule === undefined || part.rule === '*' ? BEST : {rule: part.rule}
}

/** From the most to the least specific. Source: Knox, `MimeTypeMap`. */
const HEADER_TYPES = ['application/x-http-headers', '*/x-http-headers', 'application/*', '*/*']

function headerParts({contents}: FilterDescriptor): readonly FilterPartDescriptor[] {
  for (const type of HEADER_TYPES) {
    const content = contents.findLast(each => each.type.toLowerCase() === type)
    if (content) return content.parts
  }
  return []
}

/** Fields whose values are never a URL, or hold one that is not for the client to follow. Source: IANA, HTTP Field Name Registry. */
const WITHOUT_URLS: ReadonlySet<string> = new Set([
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
