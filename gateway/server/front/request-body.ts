import type {Readable} from 'node:stream'
import type {Clock} from '../../common/clock.js'
import {GatewayError} from '../../common/errors.js'
import type {Body, Sink} from '../../http/body.js'
import {Silence} from './silence.js'

/** What is wanted of a client's body. */
export interface BodySource {
  readonly bytes: Readable
  /** All of it has come. */
  complete(): boolean
  /** Told before it flows. */
  wanted(): void
  /** Calls `then` once it is clear that an end is one. */
  ended(then: () => void): void
}

/** 0: no limit. */
export interface BodyLimits {
  /** Bytes of a request's body. */
  readonly body: number
  /** Milliseconds without a byte of a body that is waited for. */
  readonly bodySilence: number
  /** Bytes a second, of the time that is waited for such a byte beyond that. */
  readonly bodyRate: number
}

/**
 * A client's body. Fails with 413 past its limit, with 408 when the client is silent for too long or too slow,
 * and when it leaves before the end. Trailers are not passed on.
 */
export function clientBody(source: BodySource, limits: BodyLimits, clock: Clock): Body {
  return {
    flow(into) {
      source.wanted()
      pump(source, into, limits, clock)
    },
    discard() {
      source.bytes.resume()
    },
  }
}

function pump({bytes: source, complete, ended}: BodySource, into: Sink, limits: BodyLimits, clock: Clock): void {
  let bytes = 0
  let over = false
  const silence = complete() ? undefined : new Silence(clock, patienceOf(limits), () => finish(tooSlow()))
  const finish = (error?: Error) => {
    if (over) return
    over = true
    silence?.end()
    if (error) into.fail(error)
    else into.end()
  }
  if (source.destroyed) {
    finish(source.errored ?? left())
    return
  }
  source.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length
    if (over) return
    silence?.heard(chunk.length)
    if (limits.body > 0 && bytes > limits.body) finish(tooLarge())
    else if (!into.write(chunk)) {
      source.pause()
      silence?.rest()
      into.drained(() => {
        silence?.heard(0)
        source.resume()
      })
    }
  })
  source.on('end', () => ended(finish))
  source.on('error', finish)
  source.on('aborted', () => finish(left()))
  source.on('close', () => finish(left()))
}

const left = () => new Error('the client left before the end of its body')

const patienceOf = ({bodySilence, bodyRate}: BodyLimits) => ({silence: bodySilence, rate: bodyRate})

/** What a body over the limit is answered with. */
export function tooLarge(): GatewayError {
  return new GatewayError(413, 'body-too-large', 'The body of the request is too large.')
}

function tooSlow(): GatewayError {
  return new GatewayError(408, 'request-timeout', 'The request took too long.')
}
