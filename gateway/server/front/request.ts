import type {Socket} from 'node:net'
import {GatewayError} from '../../common/errors.js'
import {rememberText} from '../../common/remember.js'
import {PORT, type RequestUrl} from '../../common/request-url.js'
import {plainAddress} from '../../http/address-ranges.js'
import type {Headers} from '../../http/headers.js'
import {LENGTH} from '../../http/wire/grammar.js'
import type {Limits} from '../serve.js'
import type {ClientSide} from './client-side.js'
import {tooLarge} from './request-body.js'
import type {SentHead} from './request-line.js'

/** What the checks of a request's head found; `hasBody` by its framing (RFC 9112 §6.3). */
export interface RequestHead {
  readonly url: RequestUrl
  readonly headers: Headers
  readonly hasBody: boolean
  readonly accept: string | undefined
  readonly id: string | undefined
}

/** What a request that cannot be read is answered with. */
export const badRequest = (message: string) => new GatewayError(400, 'bad-request', message)

/** Whether a path holds a `%` that encodes nothing. */
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/
/** RFC 3986 §3.2.2; a port may be left out behind its colon. */
const HOST = new RegExp(`^(\\[[0-9A-Fa-f:.]+\\]|(?:[\\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)(?::(${PORT})?)?$`)
const REQUEST_ID = /^[\w.:+/=-]{1,128}$/

/**
 * Checks the head of a request by any version of HTTP, but for what `requestFields` has found wrong. Throws GatewayError
 * 400, 405, 413, 414, 417.
 */
export function readHead(
  {method, target, version, headers, socket}: SentHead & Pick<ClientSide, 'socket'>,
  fields: RequestFields,
  secure: boolean,
  limits: Limits,
): RequestHead {
  if (method === 'TRACE' || method === 'CONNECT') throw new GatewayError(405, 'method', `${method} is not served here.`)
  if (limits.target > 0 && target.length > limits.target)
    throw new GatewayError(414, 'target-too-long', 'The address is too long.')
  if (fields.expect !== undefined && version !== '1.0' && !expectsContinue(fields))
    throw new GatewayError(417, 'expectation', 'Only Expect: 100-continue is known here.')
  const host = fields.host || (fields.host === '' || version === '1.0' ? ownAuthority(socket) : undefined)
  const url = cutTarget(target, secure ? 'https' : 'http', host)
  if (limits.body > 0 && (fields.contentLength ?? 0) > limits.body) throw tooLarge()
  const hasBody = fields.chunked || (fields.contentLength ?? 0) > 0
  return {url, headers, hasBody, accept: fields.accept, id: fields.id}
}

/** What the fields of a request say that concerns the front end. */
export interface RequestFields {
  readonly host: string | undefined
  readonly accept: string | undefined
  /** Of all such fields. */
  readonly connection: string | undefined
  readonly expect: string | undefined
  readonly id: string | undefined
  readonly chunked: boolean
  readonly contentLength: number | undefined
}

type Fields = {-readonly [K in keyof RequestFields]: RequestFields[K]}

/** Whether the client waits for 100 Continue (RFC 9110 §10.1.1). */
export const expectsContinue = ({expect}: RequestFields) => expect !== undefined && /^100-continue$/i.test(expect)

/**
 * Reads them in one pass. Throws GatewayError: 431 for too many, 400 where the end of the body could be understood in more
 * than one way or more than one host is named, 501 for a Transfer-Encoding that is not exactly `chunked` (RFC 9112 §6).
 */
export function requestFields(
  {version, headers}: Pick<SentHead, 'version' | 'headers'>,
  limits: Limits,
): RequestFields {
  if (headers.length > 2 * limits.fields)
    throw new GatewayError(431, 'too-many-fields', 'The request has too many header fields.')
  const fields: Fields = {
    host: undefined,
    accept: undefined,
    connection: undefined,
    expect: undefined,
    id: undefined,
    chunked: false,
    contentLength: undefined,
  }
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? ''
    if (LENGTHS.has(name.length)) readField(fields, name.toLowerCase(), headers[i + 1] ?? '')
  }
  if (fields.chunked && version === '1.0') throw badRequest('Transfer-Encoding in an HTTP/1.0 request.')
  if (fields.chunked && fields.contentLength !== undefined)
    throw badRequest('Both Content-Length and Transfer-Encoding.')
  return fields
}

/** Those of the names below: most names are none of these. */
const LENGTHS: ReadonlySet<number> = new Set([4, 6, 10, 12, 14, 17])

function readField(fields: Fields, name: string, value: string): void {
  if (name === 'host') {
    if (fields.host !== undefined) throw badRequest('More than one Host.')
    fields.host = value
  } else if (name === 'accept') fields.accept ??= value
  else if (name === 'connection') fields.connection = listed(fields.connection, value)
  else if (name === 'expect') fields.expect = listed(fields.expect, value)
  else if (name === 'x-request-id') fields.id ??= REQUEST_ID.test(value) ? value : undefined
  else if (name === 'content-length') fields.contentLength = readLength(fields, value)
  else if (name === 'transfer-encoding') {
    if (fields.chunked || value.toLowerCase() !== 'chunked')
      throw new GatewayError(501, 'transfer-encoding', 'Only Transfer-Encoding: chunked is known here.')
    fields.chunked = true
  }
}

/** RFC 9110 §5.3. */
const listed = (before: string | undefined, value: string) => (before === undefined ? value : `${before}, ${value}`)

function readLength(fields: Fields, value: string): number {
  if (fields.contentLength !== undefined || !LENGTH.test(value)) throw badRequest('Content-Length is no length.')
  return Number(value)
}

/** For a client that names no host (RFC 9110 §7.2, RFC 9112 §3.3): where it came. */
function ownAuthority({localAddress = '', localPort}: Socket): string {
  const address = plainAddress(localAddress)
  return `${address.includes(':') ? `[${address}]` : address}:${localPort}`
}

/**
 * Cuts a request target: origin form, or absolute form, whose authority then stands for Host
 * (RFC 9112 §3.2.2). `host` is undefined when none was sent. Throws GatewayError 400.
 */
export function cutTarget(target: string, scheme: string, host: string | undefined): RequestUrl {
  if (target.charCodeAt(0) === 47 /* / */) {
    if (host === undefined) throw badRequest('No Host.')
    return cut(target, scheme, host)
  }
  const absolute = /^https?:\/\/([^/?#@]+)(\/.*)?$/is.exec(target)
  if (!absolute) throw badRequest('The address is neither a path nor a whole address.')
  return cut(absolute[2] ?? '/', scheme, absolute[1] ?? '')
}

/** Undefined: it is no host. Most clients ask for few (scope: process). */
const addressOf = rememberText((authority: string) => {
  const match = HOST.exec(authority)
  return match ? {host: match[1] ?? '', port: match[2] ?? ''} : undefined
}, 100)

function cut(target: string, scheme: string, authority: string): RequestUrl {
  const address = addressOf(authority)
  if (!address) throw badRequest('Host is no host.')
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  if (target.includes('#')) throw badRequest('A fragment in the address.')
  if (path.includes('%') && BROKEN_ESCAPE.test(path)) throw badRequest('A % in the path that encodes nothing.')
  return {scheme, host: address.host, port: address.port, path, query: mark < 0 ? undefined : target.slice(mark + 1)}
}
