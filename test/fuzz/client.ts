import {connect} from 'node:net'
import {bytesOf, type Case} from './request.js'

/** Milliseconds of silence after which the client says that it has nothing more to say; good requests say so themselves. */
const SILENCE = 250
/** Milliseconds after that in which the gateway must be done with it. */
const PATIENCE = 30_000

/** Sends a case over a connection of its own, and gives all that comes back, or how that failed. */
export function exchanged(
  port: number,
  one: Case,
): Promise<{readonly text: string; readonly fault: string | undefined}> {
  return new Promise(resolve => {
    const socket = connect({port, host: '127.0.0.1', noDelay: true})
    let text = ''
    let fault: string | undefined
    let impatience: NodeJS.Timeout | undefined
    const give = () => {
      fault = 'the connection was left open'
      socket.destroy()
    }
    const quiet = setTimeout(
      () => {
        socket.end()
        // what comes late begins the silence again
        impatience ??= setTimeout(give, PATIENCE)
      },
      one.requests.every(({plain}) => plain) ? PATIENCE : SILENCE,
    )
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      text += chunk
      quiet.refresh()
    })
    // What is refused early is broken off while it is still being sent.
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(quiet)
      clearTimeout(impatience)
      resolve({text, fault})
    })
    socket.on('connect', () => write())
    const pieces = piecesOf(one)
    const write = () => {
      const piece = pieces.shift()
      if (piece === undefined || socket.destroyed) return
      socket.write(piece, 'latin1', () => setImmediate(write))
    }
  })
}

function piecesOf(one: Case): string[] {
  const bytes = bytesOf(one)
  const ends = [...one.cuts, bytes.length]
  return ends.map((end, i) => bytes.slice(ends[i - 1] ?? 0, end)).filter(piece => piece !== '')
}
