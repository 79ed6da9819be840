/** Parameter of an address that opens a stream in place of credentials. */
export const TICKET_PARAM = 'streamTicket'

/** What is put behind the path of a stream to ask for a ticket to it. */
const ASK = '/ticket'

/** Path of the stream for which a ticket is asked; undefined: none is. Browsers ask with OPTIONS whether they may. */
export function ticketedPath(method: string, path: string): string | undefined {
  return (method === 'POST' || method === 'OPTIONS') && path.endsWith(ASK) ? path.slice(0, -ASK.length) : undefined
}

/** A text of addresses as a log may have it. */
export const withoutTickets = (text: string) =>
  text.includes(TICKET_PARAM) ? text.replace(TICKETS, `${TICKET_PARAM}=***`) : text

const TICKETS = new RegExp(`${TICKET_PARAM}=[^&#\\s]*`, 'g')
