import type {Frontend} from '../common/frontend.js'
import type {RequestUrl} from '../common/request-url.js'
import type {Body} from '../http/body.js'
import type {Headers} from '../http/headers.js'
import {withoutTickets} from '../http/stream-ticket.js'
import type {Principal} from './principal.js'

/** What the client asked for; `url` is the address at which it reached the gateway. */
export interface GatewayRequest {
  readonly method: string
  readonly url: RequestUrl
  readonly headers: Headers
  /** Undefined: the request has none. */
  readonly body: Body | undefined
  /** HTTP version of the client: `1.0`, `1.1`. */
  readonly version: string
}

/** A response not yet committed. Whoever drops one discards its body. */
export interface GatewayResponse {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
  /** Made by the gateway itself: rules are for what services answer. */
  readonly own?: true
  /** The no-transform in its headers is the gateway's own word, to those on the way to the client. */
  readonly transformable?: true
}

/**
 * The address at the service, for one of its URLs: templates name the service's URL, so the target
 * is made anew for each endpoint that is tried, and of the exchange as all filters have left it.
 */
export type Aim = (serviceUrl: string, exchange: Exchange) => RequestUrl

/** How an exchange came to the gateway, before any filter: so it can be judged again under another plan. */
export interface Arrival {
  /** Its body can flow only once. */
  readonly request: GatewayRequest
  /** Of the peer. */
  readonly clientAddress: string
  /** Of the topology, with which that of the request begins. */
  readonly path: string
  /** Counts the plans; the one whose topology it passes through. */
  readonly generation: number
}

/** One request on its way through the gateway. Filters pass on changed copies. */
export interface Exchange {
  readonly id: string
  readonly arrival: Arrival
  readonly request: GatewayRequest
  /** Address of the client as far as it is trusted: the peer's, or what a trusted proxy named. */
  readonly clientAddress: string
  readonly frontend: Frontend
  /** X-Forwarded fields for the service; none: it is told nothing. Beside the request's headers, so that nobody need look through them. */
  readonly forwarded: Headers
  /** Whom the certificate of the client names, a part a line, as long as TLS found it trusted; undefined: there is none. Undefined itself: in cleartext. */
  readonly certificateSubject?: (() => string | undefined) | undefined
  /** Undefined: nobody has said who asks. */
  readonly principal: Principal | undefined
  /** The principal is settled: authentication is passed over. */
  readonly admitted?: true
  readonly aim: Aim
  readonly gone: Gone
  /** Passes an interim response (1xx, RFC 9110 §15.2) to the client. */
  readonly inform: (status: number, headers: Headers) => void
  readonly notes: ExchangeNotes
}

/** What became known on the way; scope: this exchange. */
export interface ExchangeNotes {
  readonly topology: string
  readonly service: string
  /** Both as the access log prints them. */
  readonly place: string
  /** Address of the client, as the log tells it. */
  client: string
  /** Name of the principal; empty: none. */
  user: string
  /** Credentials that stand in the address: the log leaves them out. */
  secrets: readonly string[]
  /** URL of the endpoint that answered or was tried last. */
  endpoint: string
  /** One of the addresses behind that URL; empty: the connection found it. */
  address: string
  attempts: number
  /** Of an event stream: how often its service was lost and another asked. */
  resumes: number
  /** Another is being asked now. */
  resuming: boolean
  /** The service was lost for good, however the client was told. */
  lost: boolean
}

const NO_SECRETS: readonly string[] = []

/** Text of an address as a log may have it; `notes` are those of its exchange, if it became one. */
export function withoutSecrets(text: string, notes: ExchangeNotes | undefined): string {
  let told = withoutTickets(text)
  for (const secret of notes?.secrets ?? NO_SECRETS) if (secret !== '') told = told.replaceAll(secret, '***')
  return told
}

/** Of an exchange that begins. */
export function newNotes(topology: string, service: string, place: string, client: string): ExchangeNotes {
  return {
    topology,
    service,
    place,
    client,
    user: '',
    secrets: NO_SECRETS,
    endpoint: '',
    address: '',
    attempts: 0,
    resumes: 0,
    resuming: false,
    lost: false,
  }
}

/**
 * Called once, when the client leaves or the gateway gives the exchange up. Every wait and every
 * socket takes it. A list of callbacks: an AbortController with one listener costs 3.5 µs and 940 bytes.
 */
export interface Gone {
  readonly is: boolean
  /** Calls `then` when it happens, at once when it has; gives what takes it back. */
  on(then: () => void): () => void
}
