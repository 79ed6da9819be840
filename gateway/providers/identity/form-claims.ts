import {GatewayError} from '../../common/errors.js'
import {latin1Of} from '../../common/latin1.js'
import type {Sink} from '../../http/body.js'
import {valuesOf} from '../../http/headers.js'
import type {GatewayRequest} from '../../pipeline/exchange.js'
import {type Claims, isClaim} from './claims.js'

/**
 * The request without claims in a form that it sends: their bytes become `&`, which every reader of forms passes over, so
 * that the length stays. Throws GatewayError 415 for a form that cannot be read here, but perhaps by the service.
 */
export function withoutFormClaims(request: GatewayRequest, claims: Claims): GatewayRequest {
  const {body, headers} = request
  if (body === undefined) return request
  const types = valuesOf(headers, 'content-type')
  if (!types.some(type => FORM.test(type))) return request
  const encodings = valuesOf(headers, 'content-encoding')
  if (types.some(type => !PLAIN.test(type)) || encodings.some(encoding => !/^identity$/i.test(encoding.trim())))
    throw new GatewayError(415, 'form-encoding', 'A form must be in UTF-8, and not compressed.')
  return {...request, body: {flow: into => body.flow(new FormSink(into, claims)), discard: () => body.discard()}}
}

/** Wherever it stands: PHP reads a type up to a comma or space, others take the last of several. */
const FORM = /application\/x-www-form-urlencoded/i

/** Without a charset, or with one in which ASCII stands for itself. */
const PLAIN = /^(?!.*;\s*charset\s*=)|;\s*charset\s*=\s*"?(?:utf-8|us-ascii|iso-8859-1)"?\s*(?:;|$)/is

/** Bytes of a name; no claim is longer, however it is escaped. */
const LONGEST = 256

/** Scope: one body. */
class FormSink implements Sink {
  readonly #into: Sink
  readonly #claims: Claims
  /** The beginning of a name. */
  #held = ''
  #within: 'name' | 'kept' | 'claim' = 'name'

  constructor(into: Sink, claims: Claims) {
    this.#into = into
    this.#claims = claims
  }

  write(chunk: Uint8Array): boolean {
    const text = this.#cleared(this.#held + latin1Of(chunk))
    return text === '' || this.#into.write(Buffer.from(text, 'latin1'))
  }

  drained(again: () => void): void {
    this.#into.drained(again)
  }

  end(trailers?: readonly string[]): void {
    const last = isClaim(this.#held, this.#claims) ? '&'.repeat(this.#held.length) : this.#held
    if (last !== '') this.#into.write(Buffer.from(last, 'latin1'))
    this.#into.end(trailers)
  }

  fail(error: Error): void {
    this.#into.fail(error)
  }

  /** What may go on of a text; the rest is held. */
  #cleared(text: string): string {
    this.#held = ''
    let sent = ''
    let at = 0
    while (at < text.length) {
      if (this.#within === 'name' && !this.#judge(text, at)) {
        this.#held = text.slice(at)
        return sent
      }
      const end = endOf(text, SEPARATOR, at)
      sent += this.#within === 'claim' ? '&'.repeat(end - at) : text.slice(at, end)
      at = end
      if (at < text.length) {
        sent += text[at]
        at += 1
        this.#within = 'name'
      }
    }
    return sent
  }

  /** Finds out what begins here; false when that is not clear yet. */
  #judge(text: string, at: number): boolean {
    const end = endOf(text, NAME_END, at)
    if (end === text.length && end - at < LONGEST) return false
    this.#within = isClaim(text.slice(at, end), this.#claims) ? 'claim' : 'kept'
    return true
  }
}

const SEPARATOR = /[&;]/g
const NAME_END = /[=&;]/g

function endOf(text: string, mark: RegExp, from: number): number {
  mark.lastIndex = from
  return mark.exec(text)?.index ?? text.length
}
