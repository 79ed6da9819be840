import type {Clock} from '../../common/clock.js'
import {GatewayError} from '../../common/errors.js'
import {bytesBody, emptyBody} from '../../http/body.js'
import {TICKET_PARAM, ticketedPath} from '../../http/stream-ticket.js'
import type {Exchange, GatewayResponse} from '../../pipeline/exchange.js'
import type {Filter} from '../../pipeline/filter.js'
import {notAuthenticated} from '../refusal.js'
import type {TicketOffice} from './ticket.js'

/** What tickets are made with. */
export interface IssuingParts {
  readonly clock: Clock
  readonly office: TicketOffice
  readonly ticketMs: number
  readonly leaseMs: number
}

/** Answers who asks for a ticket, once it is known who that is. What that user may see is decided when the ticket is used. */
export function issuing(parts: IssuingParts): Filter {
  return {
    name: 'StreamTicket issue',
    late: true,
    enter(exchange) {
      const {method, url} = exchange.request
      const path = ticketedPath(method, url.path)
      if (path === undefined) return exchange
      if (method === 'OPTIONS')
        return {answer: {status: 204, headers: ['Allow', 'POST, OPTIONS'], body: emptyBody, own: true}}
      return {answer: issued(exchange, path, parts)}
    },
  }
}

function issued({request, principal}: Exchange, path: string, parts: IssuingParts): GatewayResponse {
  if (principal === undefined) throw notAuthenticated('nobody asks for a ticket')
  const {query} = request.url
  const url = query === undefined ? path : `${path}?${query}`
  const from = parts.clock.date()
  const until = Math.min(from + parts.leaseMs, principal.expiresAt ?? Number.POSITIVE_INFINITY)
  const ticket = parts.office.issue(url, {principal, from, waitsUntil: from + parts.ticketMs, until})
  if (ticket === undefined)
    throw new GatewayError(413, 'ticket-too-long', 'You are in more groups than a ticket can hold.')
  const address = `${url}${query === undefined ? '?' : '&'}${TICKET_PARAM}=${ticket}`
  return asJson({url: address, seconds: parts.ticketMs / 1000})
}

function asJson(value: unknown): GatewayResponse {
  const bytes = Buffer.from(`${JSON.stringify(value)}\n`)
  const headers = [
    'Content-Type',
    'application/json',
    'Content-Length',
    String(bytes.length),
    'Cache-Control',
    'no-store',
  ]
  return {status: 201, headers, body: bytesBody(bytes), own: true}
}
