import {type Headers, isNamed, replaced, valueOf} from '../http/headers.js'
import type {Endpoint} from './endpoint.js'

/** A header by which a service names the sessions that it begins, and how long its marks hold. */
export interface SessionPolicy {
  /** In lower case. */
  readonly header: string
  /** Milliseconds; 0: no limit. */
  readonly ttl: number
}

/** Seals for one service, so that any gateway of the fleet can open it and nobody else make it. */
export interface SessionSealer {
  seal(text: string): string
  /** Undefined: it was sealed elsewhere, or changed since. */
  open(sealed: string): string | undefined
}

/** Letters of an endpoint's mark that tell it from the others. */
const SHORT = 16

interface Session {
  /** As the service named it. */
  readonly id: string
  /** Beginning of its endpoint's mark; undefined: the mark's time is over. */
  readonly mark: string | undefined
}

/**
 * Sessions that live in one endpoint: their IDs go out with a sealed mark of it, `id.mark`, and come in without, so that no
 * gateway has to remember them. An ID without a mark of ours is an ID like any other. Scope: one pool.
 */
export class Sessions {
  readonly #policy: SessionPolicy
  readonly #sealer: SessionSealer
  readonly #date: () => number
  /** Each is asked several times for the same request. */
  readonly #opened = new WeakMap<Headers, Session | 'none'>()

  /** `date`: milliseconds since 1970, which gateways have in common. */
  constructor(policy: SessionPolicy, sealer: SessionSealer, date: () => number) {
    this.#policy = policy
    this.#sealer = sealer
    this.#date = date
  }

  /** Whether the session of a request lives in an endpoint. */
  isOf(headers: Headers): (endpoint: Endpoint) => boolean {
    const session = this.#sessionOf(headers)
    const mark = session === 'none' ? undefined : session.mark
    return endpoint => mark !== undefined && endpoint.mark.startsWith(mark)
  }

  /** The headers `given` without the mark that those of the client have, `asked`. */
  toService(given: Headers, asked: Headers): Headers {
    const {header} = this.#policy
    const session = this.#sessionOf(asked)
    if (session === 'none' || valueOf(given, header) === undefined) return given
    return replaced(given, nameOf(given, header), session.id)
  }

  /** What a service answered, with the mark of its endpoint. */
  toClient(headers: Headers, {mark}: Endpoint): Headers {
    const {header, ttl} = this.#policy
    const id = valueOf(headers, header)
    if (id === undefined) return headers
    const end = ttl === 0 ? 0 : Math.round((this.#date() + ttl) / 1000)
    const sealed = this.#sealer.seal(`${mark.slice(0, SHORT)} ${end}`)
    return replaced(headers, nameOf(headers, header), `${id}.${sealed}`)
  }

  #sessionOf(headers: Headers): Session | 'none' {
    const known = this.#opened.get(headers)
    if (known !== undefined) return known
    const session = this.#open(valueOf(headers, this.#policy.header))
    this.#opened.set(headers, session)
    return session
  }

  #open(value: string | undefined): Session | 'none' {
    const dot = value?.lastIndexOf('.') ?? -1
    if (value === undefined || dot < 0) return 'none'
    const text = this.#sealer.open(value.slice(dot + 1))
    if (text === undefined) return 'none'
    const [mark, end] = text.split(' ')
    const over = Number(end) > 0 && this.#date() > Number(end) * 1000
    return {id: value.slice(0, dot), mark: over ? undefined : mark}
  }
}

/** As the message has it. */
function nameOf(headers: Headers, lowerName: string): string {
  for (let i = 0; i < headers.length; i += 2) if (isNamed(headers[i], lowerName)) return headers[i] ?? lowerName
  return lowerName
}
