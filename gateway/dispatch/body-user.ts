import {GatewayError} from '../common/errors.js'
import type {EndpointPool} from '../ha/endpoint-pool.js'
import {bytesBody} from '../http/body.js'
import {nameTest, without} from '../http/headers.js'
import {peeked} from '../http/peeked.js'
import type {BodyUser, ServiceManners} from '../pipeline/dispatch-plan.js'
import type {Exchange} from '../pipeline/exchange.js'
import {withMember} from './json-member.js'

/** Bytes of a body that the user is written into. */
const LARGEST = 1024 * 1024

/**
 * Gives requests the body that their service is to get: none, or one that names the user. Undefined for a request
 * that keeps its own, and for a dispatch that has nothing to do with bodies.
 * Rejects with GatewayError 400 for a body that is no JSON object, 413 for one of more than a mebibyte.
 * Source: Knox, `HdfsHttpClientDispatch`, `LivyDispatch`, `JkgDispatch`. Differs: the path is that at the service, however
 * it is encoded; Knox fails with 500 on a body that it cannot read.
 */
export function bodyMaker(
  {withoutBody, bodyUser}: ServiceManners,
  pool: EndpointPool,
): ((exchange: Exchange) => Promise<Exchange> | undefined) | undefined {
  if (withoutBody) return exchange => (exchange.request.body ? Promise.resolve(bodiless(exchange)) : undefined)
  if (bodyUser === undefined) return undefined
  return exchange => (isNamed(exchange, pool, bodyUser) ? naming(exchange, bodyUser.field) : undefined)
}

const isOfBody = nameTest(['content-length', 'content-encoding', 'transfer-encoding'])

function bodiless(exchange: Exchange): Exchange {
  exchange.request.body?.discard()
  return withBytes(exchange, undefined)
}

function withBytes(exchange: Exchange, bytes: Uint8Array | undefined): Exchange {
  const {request} = exchange
  const headers = [...without(request.headers, isOfBody), 'Content-Length', `${bytes?.length ?? 0}`]
  return {...exchange, request: {...request, headers, body: bytes && bytesBody(bytes)}}
}

/** Whether the service reads the user of a request: by the last segment of its path, as a service may decode it. */
function isNamed(exchange: Exchange, {active}: EndpointPool, {paths}: BodyUser): boolean {
  if (exchange.request.method !== 'POST' || active === undefined) return false
  const last = exchange.aim(active.url, exchange).path.split('/').map(plain).filter(isStep).at(-1)
  return last !== undefined && paths.includes(last)
}

const isStep = (segment: string) => segment !== '' && segment !== '.'

/** Without params and escapes; what is no UTF-8 names nothing. */
const plain = (segment: string) =>
  segment
    .replace(/(?:;|%3b).*$/is, '')
    .replace(/%([0-7][0-9a-f])/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))

async function naming(exchange: Exchange, field: readonly string[]): Promise<Exchange> {
  const {principal, request} = exchange
  const {bytes, whole, failure, body} = await peeked(request.body ?? bytesBody(Buffer.alloc(0)), LARGEST)
  if (failure !== undefined) throw failure
  if (!whole) body.discard()
  if (!whole) throw new GatewayError(413, 'body-too-large', 'The body of the request is too large.')
  return withBytes(exchange, Buffer.from(named(bytes, field, principal?.name)))
}

/** With the user at that place, whatever the client put there; without one when nobody has said who asks. */
function named(bytes: Uint8Array, field: readonly string[], user: string | undefined): string {
  try {
    return withMember(new TextDecoder('utf-8', {fatal: true}).decode(bytes), field, user)
  } catch (error) {
    throw unreadable(error)
  }
}

const unreadable = (cause: unknown) =>
  new GatewayError(
    400,
    'body-unreadable',
    'The body of the request is not the JSON object that must name the user.',
    cause,
  )
