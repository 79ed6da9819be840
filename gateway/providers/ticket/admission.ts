import type {Clock} from '../../common/clock.js'
import {cookiesOf, withoutCookies} from '../../http/cookies.js'
import {takenFrom} from '../../http/query.js'
import {TICKET_PARAM} from '../../http/stream-ticket.js'
import type {Exchange, ExchangeNotes} from '../../pipeline/exchange.js'
import type {Filter} from '../../pipeline/filter.js'
import type {OneTime} from '../../pipeline/one-time.js'
import {identified} from '../../pipeline/principal.js'
import {notAuthenticated} from '../refusal.js'
import {LEASE, leaseName, type Ticket, type TicketOffice} from './ticket.js'

/** What tickets are judged with. */
export interface AdmissionParts {
  readonly clock: Clock
  readonly once: OneTime
  readonly office: TicketOffice
}

/**
 * Lets in who brings a ticket, in place of authentication. One that is not good is refused whatever else is brought; and a lease
 * counts only beside its ticket: so no other site's cookie makes a user somebody else.
 */
export function admission(parts: AdmissionParts): Filter {
  /** Fields of the answers to those who used a ticket. Scope: exchanges. */
  const leases = new WeakMap<ExchangeNotes, string>()
  return {
    name: 'StreamTicket',
    enter(exchange) {
      const {bare, tickets} = taken(exchange)
      if (tickets.length === 0) return bare
      exchange.notes.secrets = [...exchange.notes.secrets, ...tickets]
      if (exchange.request.method !== 'GET' || tickets.length > 1)
        throw notAuthenticated('more than one ticket, or not by GET')
      const address = addressOf(bare)
      const ticket = parts.office.read(tickets[0] ?? '', address)
      const now = parts.clock.date()
      if (ticket === undefined || now >= ticket.until)
        throw notAuthenticated('a ticket that has ended, or for elsewhere')
      // a lease does not spare a ticket: what was presented once opens nothing for whoever saw it
      if (parts.once.use(ticket.id, ticket.from, ticket.waitsUntil, exchange.gone)) {
        const lease = parts.office.lease(address, ticket, now)
        if (lease !== undefined) leases.set(exchange.notes, lease)
      } else if (!isLeased(exchange, address, ticket, parts))
        throw notAuthenticated('a ticket that was used, or is late')
      return {...identified(bare, {...ticket.principal, expiresAt: ticket.until}), admitted: true}
    },
    leave(response, {notes}) {
      const lease = leases.get(notes)
      if (lease === undefined) return response
      return {...response, headers: [...response.headers, 'Set-Cookie', lease, 'Referrer-Policy', 'no-referrer']}
    },
  }
}

/** Neither tickets nor leases reach a service. */
function taken(exchange: Exchange): {readonly bare: Exchange; readonly tickets: readonly string[]} {
  const {request} = exchange
  const {values: tickets, rest: query} = takenFrom(request.url.query, TICKET_PARAM)
  const headers = withoutCookies(request.headers, name => name.startsWith(LEASE))
  if (tickets.length === 0 && headers === request.headers) return {bare: exchange, tickets}
  return {bare: {...exchange, request: {...request, headers, url: {...request.url, query}}}, tickets}
}

function addressOf({request: {url}}: Exchange): string {
  return url.query === undefined ? url.path : `${url.path}?${url.query}`
}

function isLeased({request}: Exchange, address: string, ticket: Ticket, {office, clock}: AdmissionParts): boolean {
  const [lease, ...more] = cookiesOf(request.headers, leaseName(address, ticket))
  return lease !== undefined && more.length === 0 && office.isLeased(lease, address, ticket, clock.date())
}
