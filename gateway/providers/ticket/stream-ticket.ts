import {integer} from '../../common/params.js'
import {defineProvider} from '../../pipeline/provider.js'
import {admission} from './admission.js'
import {issuing} from './issuing.js'
import {ticketOffice} from './ticket.js'

/**
 * An EventSource and a WebSocket of a browser cannot send headers. Whoever is authenticated gets a ticket for one address (`POST …/ticket`),
 * which opens it once, in place of credentials. Not of Knox.
 */
export const streamTicket = defineProvider({
  role: 'ticket',
  name: 'StreamTicket',
  doc: 'Who is authenticated and sends `POST {address of a stream}/ticket` gets an address that opens this stream once, for EventSource and WebSocket, which cannot send headers. The answer sets a cookie with which the same browser may come back to it until the grant ends. Services see none of it: [tickets](streams.md#tickets-for-browsers). Not of Knox.',
  params: {
    'ticket.seconds': integer('How long a ticket may wait for its use.', 30, {min: 1, max: 600}),
    'lease.seconds': integer('How long the stream may then last and come back, if the credentials do.', 3600, {
      min: 1,
      max: 604_800,
    }),
  },
  create(options, {clock, once, secret}) {
    const office = ticketOffice(secret)
    const [ticketMs, leaseMs] = [options['ticket.seconds'] * 1000, options['lease.seconds'] * 1000]
    return [admission({clock, once, office}), issuing({clock, office, ticketMs, leaseMs})]
  },
})
