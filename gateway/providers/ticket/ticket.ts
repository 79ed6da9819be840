import {createHash, randomBytes} from 'node:crypto'
import {printSetCookie} from '../../http/cookies.js'
import type {Principal} from '../../pipeline/principal.js'
import {seal, unseal} from '../../secrets/seal.js'

/** How the names of leases begin. */
export const LEASE = 'STREAMLEASE-'

/** Characters of a ticket: it stands in an address. */
const LONGEST = 4000

/** Who opens a stream with it, and for how long; which stream is not in it, but in its seal. */
export interface Ticket {
  readonly id: string
  readonly principal: Principal
  /** When it was made, in ms since 1970. */
  readonly from: number
  /** Until when it may wait for its use, likewise: in it, since a reload may change how long tickets wait. */
  readonly waitsUntil: number
  /** When what it grants ends, likewise. */
  readonly until: number
}

/** Tickets and leases of one gateway, each bound to the address of a stream: path and query. */
export interface TicketOffice {
  /** Undefined: a user with so many groups fits into no address. */
  issue(url: string, grant: Omit<Ticket, 'id'>): string | undefined
  /** Undefined: it is none, or for another address. */
  read(text: string, url: string): Ticket | undefined
  /** The field of an answer that lets a browser come back; none where its path can be in no cookie. */
  lease(url: string, ticket: Ticket, now: number): string | undefined
  /** Whether a cookie, of the name that `leaseName` gives, lets the bearer of a ticket come back. */
  isLeased(value: string, url: string, ticket: Ticket, now: number): boolean
}

export function ticketOffice(secret: Uint8Array): TicketOffice {
  return {
    issue(url, grant) {
      const id = randomBytes(12).toString('base64url')
      const text = seal(JSON.stringify({id, ...grant} satisfies Ticket), secret, ticketFor(url))
      return text.length > LONGEST ? undefined : text
    },
    read(text, url) {
      const opened = unseal(text, secret, ticketFor(url))
      // only `issue` makes what can be opened
      return opened === undefined ? undefined : (JSON.parse(opened) as Ticket)
    },
    lease(url, ticket, now) {
      const {until} = ticket
      const [path = ''] = url.split('?', 1)
      if (path.includes(';')) return undefined
      const value = seal(String(until), secret, leaseFor(url, ticket))
      const maxAge = Math.ceil((until - now) / 1000)
      const name = leaseName(url, ticket)
      return printSetCookie({name, value, path, secure: true, httpOnly: true, sameSite: 'Strict', maxAge})
    },
    isLeased(value, url, ticket, now) {
      return now < Number(unseal(value, secret, leaseFor(url, ticket)) ?? 0)
    },
  }
}

const ticketFor = (url: string) => JSON.stringify(['stream ticket', url])
const leaseFor = (url: string, {principal}: Ticket) => JSON.stringify(['stream lease', url, principal.name])

/** One for each stream and user: they do not pile up in a browser, and nobody's takes the place of another's. */
export const leaseName = (url: string, ticket: Ticket) =>
  LEASE + createHash('sha256').update(leaseFor(url, ticket)).digest('base64url').slice(0, 16)
