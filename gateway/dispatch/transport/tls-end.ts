import type {Socket} from 'node:net'
import {constants} from 'node:os'

/** What Node keeps of a TLS socket beneath its surface: the handle of the TCP connection. */
interface Handles {
  readonly _handle?: {readonly _parent?: {readStart?(): number}} | null
}

/** What libuv answers when it is to read what it reads. */
const ALREADY = -constants.errno.EALREADY

/**
 * Whether a TLS connection that has just ended was ended by the other side's close_notify, not by
 * the end of TCP alone, which anybody on the way can forge (RFC 8446 §6.1, RFC 9112 §9.8). Node does
 * not tell the two apart, but only at the second has libuv stopped reading the TCP connection. To be
 * called in the listener of 'end'. When it cannot be seen: false.
 */
export function endedCleanly(socket: Socket): boolean {
  // Node's internals, in no types: looked at with care.
  const tcp = (socket as Handles)._handle?._parent
  return tcp?.readStart?.() === ALREADY
}
