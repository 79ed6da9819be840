import type {Socket} from 'node:net'

const CONTINUE = Buffer.from('HTTP/1.1 100')
const HEAD_END = Buffer.from('\r\n\r\n')
const NOTHING = Buffer.alloc(0)

/**
 * Takes 100 Continue out of what is read from a socket (RFC 9110 §15.2.1: a client may ignore one that it did not ask
 * for); undici takes it for the end of the connection. `begins`: the next byte is the first of an answer. `most`: bytes of a head.
 */
export function withoutContinue(socket: Socket, begins: () => boolean, most: number): void {
  const read = socket.read.bind(socket)
  let held: Buffer = NOTHING
  socket.read = size => {
    const chunk: Buffer | null = read(size)
    if (chunk === null || (held.length === 0 && !(chunk[0] === CONTINUE[0] && begins()))) return chunk
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    const rest = held.length > most ? held : afterContinues(held)
    if (rest === undefined) return null
    held = NOTHING
    return rest.length === 0 ? null : rest
  }
}

/** What follows; undefined: it is not all there. */
function afterContinues(bytes: Buffer): Buffer | undefined {
  const compared = bytes.subarray(0, CONTINUE.length)
  if (!compared.equals(CONTINUE.subarray(0, compared.length))) return bytes
  const end = bytes.indexOf(HEAD_END)
  return end < 0 ? undefined : afterContinues(bytes.subarray(end + HEAD_END.length))
}
