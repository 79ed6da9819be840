// Homes, clients over TLS and what a process costs, for http2-services.mjs, storm.mjs and tls.mjs.
import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {connect, createSecureContext} from 'node:tls'
import {writePassAllHome} from '../test/tools/pass-all-home.mjs'

/** A home whose gateway passes on what lies below /gw/svc/ to a service, without an access log. */
export const writeServiceHome = (home, servicePort, params = {}, settings = {}) =>
  writePassAllHome(home, {
    path: 'gw',
    topology: 'svc',
    urls: [`http://127.0.0.1:${servicePort}`],
    sse: true,
    params,
    settings: {'gateway.access.log.format': 'off', 'gateway.control.socket': '', ...settings},
  })

/** The same over TLS. */
export const writeTlsHome = (home, servicePort, params) =>
  writeServiceHome(home, servicePort, params, {'ssl.enabled': 'true'})

/** Shared: making one costs more than a handshake. */
const secureContext = createSecureContext()

let connections = 0

/** From another address after each 2,000, so that no port of a connection that was just closed is used again. */
const connectTo = (port, session) =>
  connect({
    host: '127.0.0.1',
    localAddress: `127.0.1.${1 + (Math.floor(connections++ / 2000) % 250)}`,
    port,
    session,
    rejectUnauthorized: false,
    secureContext,
  })

/** A client that holds a stream, and comes back with its TLS session and its last event ID. */
export class StreamClient {
  ids = []
  reused = 0
  session
  #socket
  #text = ''

  /** Resolves with the first event that comes. */
  open(port, path) {
    return new Promise((resolve, reject) => {
      const socket = connectTo(port, this.session)
      this.#socket = socket
      this.#text = ''
      socket.on('session', session => (this.session = session))
      socket.on('error', reject)
      socket.on('close', () => reject(new Error('closed')))
      socket.on('secureConnect', () => {
        if (socket.isSessionReused()) this.reused++
      })
      const last = this.ids.length > 0 ? `Last-Event-ID: ${this.ids.at(-1)}\r\n` : ''
      socket.write(`GET ${path} HTTP/1.1\r\nHost: gw\r\nAccept: text/event-stream\r\n${last}\r\n`)
      socket.setEncoding('latin1').on('data', text => this.#take(text, resolve))
    })
  }

  #take(text, resolve) {
    const lines = (this.#text + text).split('\n')
    this.#text = lines.pop()
    for (const line of lines)
      if (line.startsWith('id: ')) {
        this.ids.push(Number(line.slice(4)))
        resolve()
      } else if (/^HTTP\/1\.1 (?!200)/.test(line)) throw new Error(line)
  }

  close() {
    this.#socket?.destroy()
  }
}

/** One handshake, with that session if there is one: the session for the next, when asked for, and whether it was resumed. */
export function handshake(port, session, wantSession = false) {
  return new Promise((resolve, reject) => {
    const socket = connectTo(port, session)
    let next
    const done = () => {
      const reused = socket.isSessionReused()
      socket.on('close', () => resolve({session: next, reused}))
      socket.destroy()
    }
    socket.on('error', reject)
    socket.on('session', given => {
      next = given
      if (wantSession) done()
    })
    socket.on('secureConnect', () => {
      if (!wantSession) done()
    })
  })
}

/** Does something for each item, so many at a time. */
export async function each(items, atOnce, work) {
  const rest = items[Symbol.iterator]()
  await Promise.all(
    Array.from({length: atOnce}, async () => {
      for (const item of rest) await work(item)
    }),
  )
}

/** A process and those it started. */
function tree(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  return [pid, ...children.flatMap(tree)]
}

const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], {encoding: 'utf8'}))

/** Seconds of CPU that they have used. */
export function cpuOf(pid) {
  const ticks = tree(pid).map(one => {
    const fields = readFileSync(`/proc/${one}/stat`, 'utf8').split(') ')[1].split(' ')
    return Number(fields[11]) + Number(fields[12])
  })
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS
}

/** KB of memory that is theirs alone. */
export function memoryOf(pid) {
  const anonymous = tree(pid).map(one =>
    Number(/^Anonymous:\s+(\d+)/m.exec(readFileSync(`/proc/${one}/smaps_rollup`, 'utf8'))?.[1]),
  )
  return anonymous.reduce((sum, one) => sum + one, 0)
}

/** Resolves when somebody listens there. */
export async function listening(port) {
  for (let tries = 0; tries < 400; tries++) {
    try {
      await handshake(port)
      return
    } catch {
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
  throw new Error(`nobody listens at ${port}`)
}

export const median = values => values.toSorted((a, b) => a - b)[values.length >> 1]
