import type {Socket} from 'node:net'
import type {Deadlines, Timed} from '../../common/deadlines.js'
import {HeadTooLarge, MalformedMessage} from '../../http/wire/malformed-message.js'
import type {UpgradingClient} from '../../pipeline/transport.js'
import type {Failure} from '../answers.js'
import {type Serving, serve, visit} from '../serve.js'
import {Http1Client} from './http1-client.js'
import {NO_REQUEST, refusal, TOO_LARGE, TOO_SLOW} from './refusal.js'
import {badRequest} from './request.js'
import {PREFACE, type SentHead} from './request-line.js'
import {type RequestFraming, type RequestListener, RequestReader} from './request-reader.js'
import {Silence} from './silence.js'
import {isWebSocket, serveUpgrade} from './upgrade.js'

/** What connections of HTTP/1.1 are served with. Durations in ms, sizes in bytes; 0: no limit. */
export interface Http1Options {
  /** A connection without a request, or whose client takes nothing of its answer, is closed after so long. */
  readonly idleTimeout: number
  /** From the first byte of a request to the end of its head. */
  readonly headTimeout: number
  readonly maxHeaderSize: number
}

/** What all connections of a front end have in common. */
export interface Http1Scope {
  readonly serving: Serving
  readonly options: Http1Options
  readonly secure: boolean
  /** The fields of a response behind which its connection goes on. */
  readonly keepAlive: string
  readonly deadlines: Deadlines
  readonly open: Set<Http1Connection>
  /** Takes a connection that turns out to speak HTTP/2; undefined: it is not spoken so. */
  readonly modern: ((socket: Socket) => void) | undefined
}

/** Bytes behind the request that is served, from which on no more are read before its answer. */
const MOST_HELD = 64 * 1024

/**
 * Milliseconds for which a connection that has ended is read on: closing it with bytes unread would reset it, and the
 * client lose its answer (RFC 9112 §9.6). A body that nobody wants is read for as long before.
 */
const LINGER = 2000

/** Milliseconds for which an answer may go to a client that has ended its side: most that do have left. */
const PATIENCE = 1000

const NOTHING = Buffer.alloc(0)

/** One connection of HTTP/1.1: one request at a time, each in its turn (RFC 9112 §9.3.2). Scope: one connection. */
export class Http1Connection implements RequestListener, Timed {
  deadline = Number.POSITIVE_INFINITY
  slot = -1
  readonly socket: Socket
  readonly #scope: Http1Scope
  readonly #reader: RequestReader
  /** Whose request is served. */
  #client: Http1Client | undefined
  /** What came behind that request. */
  #held: Buffer | undefined
  /** Reads the rest of a body that was answered before its end: the next request begins behind it. */
  #rest: Silence | undefined
  /** The last response is written: `body` until the rest of its request has come, `end` until the client ends its side too. */
  #lingers: 'no' | 'body' | 'end' = 'no'
  /** The client has ended its side. */
  #half = false
  /** Nothing was asked yet: it may turn out to speak HTTP/2. */
  #isNew = true
  readonly #take = (bytes: Buffer) => this.#read(bytes)
  readonly #end = () => this.#ended()
  readonly #close = () => this.#closed()

  constructor(socket: Socket, scope: Http1Scope) {
    this.socket = socket
    this.#scope = scope
    this.#reader = new RequestReader(this, scope.options.maxHeaderSize)
    // A client may end its side and still get its answer.
    socket.allowHalfOpen = true
    scope.open.add(this)
    scope.deadlines.arm(this, scope.options.headTimeout)
    socket.on('data', this.#take).on('end', this.#end).on('close', this.#close).on('error', ignore)
  }

  get secure(): boolean {
    return this.#scope.secure
  }

  get keepAlive(): string {
    return this.#scope.keepAlive
  }

  /** Something of the request's body is to come. */
  get inBody(): boolean {
    return this.#reader.inBody
  }

  /** The request that was asked has such a body; until then nobody knows where it ends. */
  expect(framing: RequestFraming): void {
    this.#reader.expect(framing)
  }

  /** Reads on after it was held up. */
  resume(): void {
    if (this.socket.isPaused()) this.socket.resume()
  }

  /** Ends it if it serves nobody. */
  stop(): void {
    if (this.#client === undefined && this.#rest === undefined && !this.#reader.inHead) this.#linger()
  }

  asked(head: SentHead): void {
    const {serving, secure, deadlines, options} = this.#scope
    const upgrades = isWebSocket(head)
    const client = new Http1Client(this, head, upgrades)
    this.#client = client
    this.#isNew = false
    deadlines.arm(this, this.#half ? PATIENCE : options.idleTimeout)
    const begun = visit(serving, client, secure)
    // What came right behind the head is held before the socket is given away.
    if (upgrades) queueMicrotask(() => serveUpgrade(serving, begun, () => this.#giveAway()))
    else serve(serving, begun)
  }

  took(chunk: Uint8Array): void {
    this.#rest?.heard(chunk.length)
    if (this.#client?.took(chunk) === false) this.socket.pause()
  }

  completed(): void {
    this.#client?.completed()
  }

  preface(rest: Buffer): void {
    const {modern} = this.#scope
    if (!modern || !this.#isNew) throw new MalformedMessage('HTTP/2 is not spoken here')
    const {socket} = this
    this.#forget()
    socket.off('close', this.#close).pause()
    socket.unshift(Buffer.concat([Buffer.from(`${PREFACE}\r\n\r\n`), rest]))
    modern(socket)
  }

  /** The response is written: what comes next is the next request, unless it was the last. */
  through(keep: boolean): void {
    const client = this.#client
    if (client === undefined) return
    this.#client = undefined
    client.close()
    if (keep && !this.#scope.serving.stopping && (!this.#half || this.#held)) this.#goOn()
    else if (this.inBody && !client.waits) this.#lingerOnBody()
    else this.#linger()
  }

  late(): void {
    if (this.#lingers === 'end') this.socket.destroy()
    else if (this.#client !== undefined) this.#lookAfter(this.#client)
    else if (this.#reader.inHead) this.#refuse(TOO_SLOW)
    else this.#linger()
  }

  #read(bytes: Buffer): void {
    const wasInHead = this.#reader.inHead
    try {
      const end = this.#reader.push(bytes)
      if (end < bytes.length) this.#hold(bytes.subarray(end))
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
      this.#malformed(error)
    }
    if (this.#client !== undefined) return
    if (this.#reader.inHead && !wasInHead) this.#scope.deadlines.arm(this, this.#scope.options.headTimeout)
    else if (this.#lingers === 'body' && !this.inBody) this.#linger()
    else if (this.#rest && !this.inBody) this.#next()
  }

  #hold(bytes: Buffer): void {
    if (this.#lingers !== 'no') return
    this.#held = this.#held ? Buffer.concat([this.#held, bytes]) : bytes
    if (this.#held.length > MOST_HELD) this.socket.pause()
  }

  #malformed(error: MalformedMessage): void {
    const wasInHead = this.#rest === undefined && this.#lingers === 'no'
    this.#reader.stop()
    this.socket.off('data', this.#take).resume()
    if (this.#client) this.#client.broken(badRequest('The body of the request is not HTTP/1.1.'))
    else if (wasInHead) this.#refuse(error instanceof HeadTooLarge ? TOO_LARGE : NO_REQUEST)
    else this.#linger()
  }

  /** One answer to what is no request, then the end. */
  #refuse(failure: Failure): void {
    this.socket.write(refusal(this.#scope.serving, this.socket.remoteAddress ?? '', failure))
    this.#linger()
  }

  #goOn(): void {
    const {deadlines, serving} = this.#scope
    if (!this.inBody) {
      this.#next()
      return
    }
    const {bodySilence, bodyRate} = serving.limits
    this.#rest = new Silence(serving.clock, {silence: bodySilence, rate: bodyRate}, () => this.socket.destroy())
    deadlines.arm(this, 0)
    this.resume()
  }

  #next(): void {
    if (this.#scope.serving.stopping) {
      this.#linger()
      return
    }
    this.#rest?.end()
    this.#rest = undefined
    this.#scope.deadlines.arm(this, this.#scope.options.idleTimeout)
    this.#reader.next()
    this.resume()
    const held = this.#held
    this.#held = undefined
    if (held) this.#read(held)
    if (this.#half && this.#client === undefined) this.#linger()
  }

  #lingerOnBody(): void {
    this.#lingers = 'body'
    this.#scope.deadlines.arm(this, LINGER)
    this.resume()
  }

  /** Ends the gateway's side, and throws away what still comes. */
  #linger(): void {
    if (this.#lingers === 'end') return
    this.#lingers = 'end'
    this.#held = undefined
    this.#rest?.end()
    this.#rest = undefined
    this.#reader.stop()
    this.#scope.deadlines.arm(this, LINGER)
    this.socket.off('data', this.#take).resume().end()
  }

  #ended(): void {
    this.#half = true
    const client = this.#client
    if (client === undefined) this.#endedAlone()
    else if (this.inBody || client.streams) this.socket.destroy()
    else if (!client.begun) this.#scope.deadlines.arm(this, PATIENCE)
  }

  #endedAlone(): void {
    if (this.#reader.inHead) this.#refuse(NO_REQUEST)
    else this.#linger()
  }

  /** Of a client that is served: gives up one that takes nothing, or has left. */
  #lookAfter(client: Http1Client): void {
    const {idleTimeout} = this.#scope.options
    const {socket} = this
    if (this.#half && !client.begun) {
      socket.destroy()
      return
    }
    this.#scope.deadlines.arm(this, idleTimeout)
    // Node knows how much of a write the system has taken.
    if (socket.writableLength > 0 && !socket.timeout) socket.setTimeout(idleTimeout, () => this.#stalled())
  }

  #stalled(): void {
    this.socket.setTimeout(0)
    if (this.socket.writableLength > 0) this.socket.destroy()
  }

  /** To who speaks another protocol on it from now on. */
  #giveAway(): UpgradingClient {
    const {socket} = this
    const head = this.#held ?? NOTHING
    this.#held = undefined
    this.#scope.deadlines.delete(this)
    socket.off('data', this.#take).off('end', this.#end).pause()
    return {socket, head}
  }

  #closed(): void {
    this.#forget()
    const client = this.#client
    this.#client = undefined
    client?.close()
  }

  #forget(): void {
    this.socket.off('data', this.#take).off('end', this.#end)
    this.#scope.deadlines.delete(this)
    this.#scope.open.delete(this)
    this.#rest?.end()
  }
}

const ignore = () => undefined
