import type {Socket} from 'node:net'
import type {Deadlines, Timed} from '../../common/deadlines.js'
import {HeadTooLarge, MalformedMessage} from '../../http/wire/malformed-message.js'
import type {UpgradingClient} from '../../pipeline/transport.js'
import type {Failure} from '../answers.js'
import {type Serving, serve, visit} from '../serve.js'
import {Http1Client} from './http1-client.js'
import {LingeringEnd, lingersFor, lingersUntil} from './lingering-end.js'
import {Pipelined} from './pipelined.js'
import {NO_REQUEST, refusal, TOO_LARGE, TOO_SLOW} from './refusal.js'
import {badRequest} from './request.js'
import {PREFACE, type SentHead} from './request-line.js'
import {type RequestFraming, type RequestListener, RequestReader} from './request-reader.js'
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

/**
 * Milliseconds until it is found out again whether a client that has ended its side takes an answer: what is written to
 * one that has left is answered with a reset, of which the next write tells.
 */
const PROBES = [20, 100, 1000] as const

/** One connection of HTTP/1.1: one request at a time, each in its turn (RFC 9112 §9.3.2). Scope: one connection. */
export class Http1Connection implements RequestListener, Timed {
  deadline = Number.POSITIVE_INFINITY
  slot = -1
  readonly socket: Socket
  readonly #scope: Http1Scope
  readonly #reader: RequestReader
  /** Whose request is served. */
  #client: Http1Client | undefined
  readonly #pipelined = new Pipelined()
  /** Of a request that was answered before its end: until when it is read, and whether another may follow. */
  #rest: {readonly until: number; readonly goesOn: boolean} | undefined
  /** The gateway has ended its side. */
  #ends = false
  /** The client has ended its side. */
  #half = false
  /** How often that client was asked whether it is there. */
  #probes = 0
  /** Nothing was asked yet: it may turn out to speak HTTP/2. */
  #isNew = true
  readonly #take = (bytes: Buffer) => this.#read(bytes)
  readonly #halve = () => this.#ended()
  readonly #close = () => this.#closed()

  constructor(socket: Socket, scope: Http1Scope) {
    this.socket = socket
    this.#scope = scope
    this.#reader = new RequestReader(this, scope.options.maxHeaderSize)
    // A client may end its side and still get its answer.
    socket.allowHalfOpen = true
    scope.open.add(this)
    scope.deadlines.arm(this, scope.options.headTimeout)
    socket.on('data', this.#take).on('end', this.#halve).on('close', this.#close).on('error', ignore)
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
    if (this.#client === undefined && this.#rest === undefined && !this.#reader.inHead) this.#end()
  }

  asked(head: SentHead): void {
    const {serving, secure, deadlines, options} = this.#scope
    // Who says nothing more is no WebSocket.
    const upgrades = !this.#half && isWebSocket(head)
    const client = new Http1Client(this, head, upgrades)
    this.#client = client
    this.#isNew = false
    this.#probes = 0
    deadlines.arm(this, this.#half ? PROBES[0] : options.idleTimeout)
    const begun = visit(serving, client, secure)
    // What came right behind the head is held before the socket is given away.
    if (upgrades) queueMicrotask(() => serveUpgrade(serving, begun, () => this.#giveAway()))
    else serve(serving, begun)
  }

  took(chunk: Uint8Array): void {
    if (this.#rest) this.#awaitRest(this.#rest.until)
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
    const goesOn = keep && !this.#scope.serving.stopping && (!this.#half || !this.#pipelined.isEmpty)
    if (this.inBody && (goesOn || !client.waits)) this.#readRest(goesOn)
    else if (goesOn) this.#next()
    else this.#end()
  }

  late(): void {
    if (this.#client !== undefined) this.#lookAfter(this.#client)
    else if (this.#reader.inHead) this.#refuse(TOO_SLOW)
    else this.#end()
  }

  #read(bytes: Buffer): void {
    const wasInHead = this.#reader.inHead
    try {
      const end = this.#reader.push(bytes)
      if (end < bytes.length && !this.#ends && !this.#pipelined.hold(bytes.subarray(end))) this.socket.pause()
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
      this.#malformed(error)
    }
    if (this.#client !== undefined) return
    if (this.#reader.inHead && !wasInHead) this.#scope.deadlines.arm(this, this.#scope.options.headTimeout)
    else if (this.#rest && !this.inBody) this.#restEnded(this.#rest.goesOn)
  }

  #malformed(error: MalformedMessage): void {
    const wasInHead = this.#rest === undefined && !this.#ends
    this.#reader.stop()
    this.socket.off('data', this.#take).resume()
    if (this.#client) this.#client.broken(badRequest('The body of the request is not HTTP/1.1.'))
    else if (wasInHead) this.#refuse(error instanceof HeadTooLarge ? TOO_LARGE : NO_REQUEST)
    else this.#end()
  }

  /** One answer to what is no request, then the end. */
  #refuse(failure: Failure): void {
    this.socket.write(refusal(this.#scope.serving, this.socket.remoteAddress ?? '', failure))
    this.#end()
  }

  #readRest(goesOn: boolean): void {
    const until = lingersUntil(this.#scope.serving.clock)
    this.#rest = {until, goesOn}
    this.#awaitRest(until)
    this.resume()
  }

  #awaitRest(until: number): void {
    const {deadlines, serving} = this.#scope
    deadlines.arm(this, lingersFor(until, serving.clock))
  }

  #restEnded(goesOn: boolean): void {
    this.#rest = undefined
    if (goesOn && !this.#scope.serving.stopping) this.#next()
    else this.#end()
  }

  #next(): void {
    this.#scope.deadlines.arm(this, this.#scope.options.idleTimeout)
    this.#reader.next()
    this.resume()
    const held = this.#pipelined.take()
    if (held.length > 0) this.#read(held)
    if (this.#half && this.#client === undefined) this.#end()
  }

  /** Nothing more is answered. */
  #end(): void {
    if (this.#ends) return
    const {deadlines, serving} = this.#scope
    this.#ends = true
    this.#pipelined.take()
    this.#reader.stop()
    deadlines.delete(this)
    this.socket.off('data', this.#take)
    new LingeringEnd(this.socket, deadlines, serving.clock, this.#rest?.until)
    this.#rest = undefined
  }

  #ended(): void {
    this.#half = true
    const client = this.#client
    if (client === undefined) this.#endedAlone()
    else if (this.inBody || client.upgrades) this.socket.destroy()
    else this.#lookAfter(client)
  }

  #endedAlone(): void {
    if (this.#reader.inHead) this.#refuse(NO_REQUEST)
    else this.#end()
  }

  /** Of a client that is served: gives up one that takes nothing, or has left. */
  #lookAfter(client: Http1Client): void {
    const {deadlines, options} = this.#scope
    const {idleTimeout} = options
    const {socket} = this
    const probes = this.#half && this.#probes <= PROBES.length
    if (probes) client.probe()
    deadlines.arm(this, (probes && PROBES[this.#probes++]) || idleTimeout)
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
    const head = this.#pipelined.take()
    this.#scope.deadlines.delete(this)
    socket.off('data', this.#take).off('end', this.#halve).pause()
    return {socket, head}
  }

  #closed(): void {
    this.#forget()
    const client = this.#client
    this.#client = undefined
    client?.close()
  }

  #forget(): void {
    this.socket.off('data', this.#take).off('end', this.#halve)
    this.#scope.deadlines.delete(this)
    this.#scope.open.delete(this)
  }
}

const ignore = () => undefined
