import type {Server} from 'node:http'
import type {Socket} from 'node:net'
import type {TLSSocket} from 'node:tls'
import {systemClock} from '../../common/clock.js'

/** What a client of HTTP/2 sends first (RFC 9113 §3.4). */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/** Gives connections of a server that speak HTTP/2 to `take`: under TLS those that agreed on it (RFC 7301). */
export function divertAgreed(server: Server, take: (socket: Socket) => void): void {
  divert(server, 'secureConnection', (socket, others) => {
    if ((socket as TLSSocket).alpnProtocol === 'h2') take(socket)
    else others(socket)
  })
}

/**
 * The same in cleartext: those that begin with the preface. `patience`: milliseconds for bytes that tell; one that is
 * silent for longer is closed. 0: no limit.
 */
export function divertByPreface(server: Server, patience: number, take: (socket: Socket) => void): void {
  divert(server, 'connection', (socket, others) => peek(socket, patience, take, others))
}

type Take = (socket: Socket) => void

function divert(server: Server, event: string, choose: (socket: Socket, others: Take) => void): void {
  const listeners = server.listeners(event)
  server.removeAllListeners(event)
  server.on(event, (socket: Socket) =>
    choose(socket, other => {
      for (const each of listeners) each.call(server, other)
    }),
  )
}

/** Reads until it is clear, and puts back what it read. */
function peek(socket: Socket, patience: number, take: Take, others: Take): void {
  let held: Buffer = Buffer.alloc(0)
  const close = () => socket.destroy()
  // In the time of Node's own limits of connections.
  const cancel = patience > 0 ? systemClock.after(patience, close) : () => {}
  const look = () => {
    const bytes: Buffer | null = socket.read()
    if (bytes === null) return
    held = held.length === 0 ? bytes : Buffer.concat([held, bytes])
    const isLike = PREFACE.subarray(0, held.length).equals(held.subarray(0, PREFACE.length))
    if (isLike && held.length < PREFACE.length) return
    cancel()
    socket.off('readable', look).off('end', close).off('error', close).off('close', cancel)
    socket.unshift(held)
    if (isLike) take(socket)
    else others(socket)
  }
  socket.on('readable', look).on('end', close).on('error', close).on('close', cancel)
}
