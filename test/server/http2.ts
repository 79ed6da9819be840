import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'
import type {ExecutionContext} from 'ava'
import {testCredentials} from '../helpers/credentials.js'
import {type FrameClient, frameClient} from '../helpers/frames.js'
import {type HomeText, site} from '../helpers/home.js'
import type {Script} from '../helpers/scripted-service.js'
import {type Through, type ThroughOptions, through} from './through.js'

/** The ways to speak HTTP/2. */
export type Way = 'cleartext' | 'TLS'
export const WAYS: readonly Way[] = ['cleartext', 'TLS']

const TLS = {'gateway.tls.certificate': 'conf/gw.crt', 'gateway.tls.key': 'conf/gw.key'}
const TLS_FILES = {'conf/gw.crt': testCredentials.cert, 'conf/gw.key': testCredentials.key}

/** A home whose gateway speaks TLS. */
export function secured(files: HomeText): HomeText {
  const settings = (files['conf/gateway-site.xml'] ?? site({})) + site(TLS)
  return {...files, ...TLS_FILES, 'conf/gateway-site.xml': settings.replace('</configuration><configuration>', '')}
}

/** A gateway that is spoken to by HTTP/2. */
export interface Modern extends Through {
  readonly session: ClientHttp2Session
  /** Asks for what lies below `/gateway/t/x`. */
  ask(target: string, fields?: OutgoingHttpHeaders, end?: boolean): ClientHttp2Stream
  /** A connection of its own that speaks frames, gone with the test. */
  frames(): Promise<FrameClient>
}

/** Serves `/gateway/t/x/…` like `through`, with one connection of HTTP/2 to it. */
export async function modern(
  t: ExecutionContext,
  way: Way,
  script: Script,
  options: ThroughOptions = {},
): Promise<Modern> {
  const secure = way === 'TLS'
  const running = await through(t, script, {
    ...options,
    settings: {...(secure && TLS), ...options.settings},
    files: {...(secure && TLS_FILES), ...options.files},
  })
  const session = connect(`${secure ? 'https' : 'http'}://127.0.0.1:${running.port}`, {rejectUnauthorized: false})
  session.on('error', () => {})
  t.teardown(() => session.destroy())
  return {
    ...running,
    session,
    ask(target, fields = {}, endStream = true) {
      const stream = session.request({':path': `/gateway/t/x${target}`, ...fields}, {endStream})
      stream.on('error', () => {})
      return stream
    },
    async frames() {
      const client = await frameClient(running.port, secure)
      t.teardown(() => client.socket.destroy())
      return client
    },
  }
}

/** A whole answer. */
export interface ModernAnswer {
  readonly status: number
  readonly fields: IncomingHttpHeaders
  readonly body: string
  readonly trailers: IncomingHttpHeaders
}

/** Waits for the whole answer; rejects with the reset's code when it is not whole. */
export function answered(stream: ClientHttp2Stream): Promise<ModernAnswer> {
  const found = {status: 0, fields: {}, body: '', trailers: {}}
  stream.setEncoding('latin1')
  stream.on('response', fields => Object.assign(found, {fields, status: fields[':status']}))
  stream.on('trailers', trailers => Object.assign(found, {trailers}))
  stream.on('data', (text: string) => {
    found.body += text
  })
  return new Promise((resolve, reject) => {
    stream.on('close', () =>
      stream.rstCode === 0 ? resolve(found) : reject(Object.assign(new Error(`reset ${stream.rstCode}`), found)),
    )
    stream.resume()
  })
}
