import {control} from '../admin/control.js'
import {ControlError, type ControlSocket, controlPath, listenControl} from '../admin/control-socket.js'
import type {Cancel} from '../common/clock.js'
import {LoopDelay} from '../observe/loop-delay.js'
import {endpointRecords} from './live/endpoint-records.js'
import type {Parts} from './live/go-live.js'
import type {ServedHome} from './served-home.js'

/** Milliseconds after which a socket that another gateway has is tried again: an old one drains while a new one serves. */
const AGAIN = 5000

/** What the operator of a running gateway reaches. Scope: process. */
export class Operation {
  readonly #parts: Parts
  readonly #home: string
  readonly #path: string
  readonly #served: Pick<ServedHome, 'live'>
  #loopDelay: LoopDelay | undefined
  #socket: Promise<ControlSocket | undefined> = Promise.resolve(undefined)
  #cancel: Cancel = () => {}
  #told = false
  #closed = false

  /** `path`: of the control socket, relative to the home; empty: none. */
  constructor(home: string, path: string, parts: Parts, served: Pick<ServedHome, 'live'>) {
    this.#home = home
    this.#path = path
    this.#parts = parts
    this.#served = served
  }

  /** Resolves when the control socket is there, or cannot be had now: a gateway serves without one, and says why. */
  async open(): Promise<void> {
    if (this.#path === '') return
    this.#loopDelay ??= new LoopDelay(this.#parts.clock)
    this.#socket = this.#listen(this.#loopDelay)
    await this.#socket
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancel()
    this.#loopDelay?.close()
    await (await this.#socket)?.close()
  }

  async #listen(loopDelay: LoopDelay): Promise<ControlSocket | undefined> {
    const {clock, log, streams} = this.#parts
    try {
      const endpoints = () => endpointRecords(this.#served.live, this.#parts)
      return await listenControl(controlPath(this.#home, this.#path), control({streams, loopDelay, endpoints}))
    } catch (error) {
      if (!(error instanceof ControlError)) throw error
      if (!this.#told) log.warn(error.message)
      this.#told = true
      if (error.taken && !this.#closed) this.#cancel = clock.after(AGAIN, () => void this.open())
      return undefined
    }
  }
}
