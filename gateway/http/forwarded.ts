import {authorityOf, PORT} from '../common/request-url.js'
import {type AddressRanges, plainAddress} from './address-ranges.js'
import {type Headers, isNamed, valueOf, without} from './headers.js'

/** How a request came to the gateway itself. */
export interface Arrival {
  /** Address of the connection's other side. */
  readonly peer: string
  readonly secure: boolean
  /** Of Host; `port` is empty when it names none. */
  readonly host: string
  readonly port: string
  /** `/gateway/sandbox` */
  readonly path: string
}

/** How a request came to the first proxy on its way, as far as that is believed. */
export interface Forwarded {
  /** The client's, or of the last proxy that is not trusted. */
  readonly clientAddress: string
  readonly scheme: string
  readonly host: string
  /** Digits, also when it is the scheme's default. */
  readonly port: string
  /** The request's, without what it says of these; the same list when it says nothing. */
  readonly others: Headers
  /** X-Forwarded-For, -Proto, -Port, -Host, -Server and -Context for the service. */
  readonly fields: Headers
}

/**
 * Reads the X-Forwarded fields and makes those for the service: continued when the peer is trusted,
 * else replaced, and Forwarded (RFC 7239) and all other X-Forwarded fields dropped. Source: Knox, `XForwardedHeaderRequestWrapper`.
 * Differs: Knox believes anybody; its default port follows its own connection, ours the scheme told;
 * names with underscores, which some services read as these fields, are dropped.
 */
export function forwarded(headers: Headers, arrival: Arrival, trusted: AddressRanges): Forwarded {
  const peer = plainAddress(arrival.peer)
  const believed = trusted.has(peer)
  const others = without(headers, believed ? isField : isFieldOrForwarded)
  const told = believed && others !== headers ? toldBy(headers) : NOTHING_TOLD
  const scheme = told.proto?.toLowerCase() ?? (arrival.secure ? 'https' : 'http')
  const toldHost = told.host
  const {host, port} = toldHost === undefined ? arrival : cutAuthority(toldHost)
  const named = told.port ?? (port || (scheme === 'https' ? '443' : '80'))
  const passed = told.for
  const fields = [
    'X-Forwarded-For',
    passed === undefined ? peer : `${passed},${peer}`,
    'X-Forwarded-Proto',
    scheme,
    'X-Forwarded-Port',
    named,
    'X-Forwarded-Host',
    toldHost ?? authorityOf(arrival),
    'X-Forwarded-Server',
    host,
    'X-Forwarded-Context',
    (told.context ?? '') + arrival.path,
  ]
  return {clientAddress: clientOf(passed, peer, trusted), scheme, host, port: named, others, fields}
}

const FIELDS = ['for', 'proto', 'port', 'host', 'server', 'context'] as const

/** Names of the fields that `forwarded` makes, in lower case. */
export const FORWARDED_NAMES: readonly string[] = FIELDS.map(each => `x-forwarded-${each}`)

/** All fields of a request: its own, and those that tell of its client. */
export interface RequestFields {
  readonly request: {readonly headers: Headers}
  readonly forwarded: Headers
}

/** Value of the first field of that name, wherever it is; undefined when there is none. */
export const requestField = ({request, forwarded}: RequestFields, lowerName: string) =>
  valueOf(request.headers, lowerName) ?? valueOf(forwarded, lowerName)

/** What each field may hold to be believed; For is a list, each of whose items stands for itself; of the others the first counts. */
const SHAPES = {
  for: /[^\t ,]/,
  proto: /^https?$/i,
  port: new RegExp(`^${PORT}$`),
  host: new RegExp(`^(?:\\[[0-9A-Fa-f:.]+\\]|[\\w.-]+)(?::${PORT})?$`),
  context: /^\/[!-~]*$/,
}

/** What a trusted peer says in these fields. */
type Told = {[field in keyof typeof SHAPES]?: string}

/** X-Forwarded-Server only says the host again. */
const TOLD = FIELDS.filter(field => field !== 'server')

const FIELD = new RegExp(`^x[-_]forwarded[-_](?:${FIELDS.join('|')})$`, 'i')

/** Whether a field is one that the gateway sets. */
const isField = (name: string) => mayBeField(name) && FIELD.test(name)

/** Two letters rule most names out: `x-f`. */
const mayBeField = (name: string) => (name.charCodeAt(0) | 32) === 120 && (name.charCodeAt(2) | 32) === 102

/** Also those that only some proxies and services know: X-Forwarded-Prefix, -User, -Ssl. */
const isFieldOrForwarded = (name: string) =>
  isNamed(name, 'forwarded') || (mayBeField(name) && /^x[-_]forwarded[-_]/i.test(name))

const NOTHING_TOLD: Told = {}

function toldBy(headers: Headers): Told {
  const told: Told = {}
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? ''
    const field = isField(name) ? TOLD.find(each => isNamed(name, `x-forwarded-${each}`)) : undefined
    if (field !== undefined) tell(told, field, (headers[i + 1] ?? '').trim())
  }
  return told
}

function tell(told: Told, field: keyof Told, value: string): void {
  const before = told[field]
  const [first = ''] = field === 'for' || field === 'context' ? [value] : value.split(',', 1)
  if (!SHAPES[field].test(first.trim())) return
  if (before === undefined) told[field] = first.trim()
  else if (field === 'for') told.for = `${before},${value}`
}

function cutAuthority(authority: string): {host: string; port: string} {
  const colon = authority.lastIndexOf(':')
  if (colon <= authority.lastIndexOf(']')) return {host: authority, port: ''}
  return {host: authority.slice(0, colon), port: authority.slice(colon + 1)}
}

/** From the right, the first address that is not a trusted proxy's; the leftmost when all are. One that is no name is told as `unknown` (RFC 7239 §6.2). */
function clientOf(passed: string | undefined, peer: string, trusted: AddressRanges): string {
  if (passed === undefined) return peer
  const addresses = passed.split(',').map(each => plainAddress(each.trim()))
  const client = addresses.findLast((address, i) => i === 0 || !trusted.has(address)) ?? peer
  return NAME.test(client) ? client : 'unknown'
}

/** An address with or without a port, or what a proxy says in place of one. */
const NAME = /^[\w.:%[\]-]+$/
