import type {ServerResponse} from 'node:http'
import type {Socket} from 'node:net'

/** Requests that one connection may have waiting behind the one that is served. */
const MOST = 100

interface Waiting {
  readonly res: ServerResponse
  begin(): void
}

/** Node's name for the response that has the socket. */
export type AnsweringSocket = Socket & {_httpMessage?: ServerResponse | null}

/**
 * Serves the pipelined requests of a connection one after the other (RFC 9112 §9.3.2): of a response
 * that has no socket yet nobody is told that the client left, and one packet holds thousands of requests.
 * Scope: process.
 */
export class Turns {
  readonly #lines = new WeakMap<Socket, Waiting[]>()

  /** Begins at once, or when the requests before it have been answered, or never when the client leaves before. */
  take(res: ServerResponse, socket: AnsweringSocket, begin: () => void): void {
    if (res.socket === null) this.#wait({res, begin}, socket)
    else begin()
  }

  #wait(waiting: Waiting, socket: AnsweringSocket): void {
    const line = this.#lines.get(socket) ?? []
    this.#lines.set(socket, line)
    line.push(waiting)
    if (line.length > MOST) socket.destroy()
    else if (line.length === 1) socket._httpMessage?.once('close', () => next(line))
  }
}

function next(line: Waiting[]): void {
  const first = line.shift()
  // Without a socket: the connection has ended.
  if (first === undefined || first.res.socket === null) return
  if (line.length > 0) first.res.once('close', () => next(line))
  first.begin()
}
