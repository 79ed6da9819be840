import {type Headers, without} from './headers.js'

/** Fields that end at the next hop (RFC 9110 §7.6.1, §11.7), and Expect, which the gateway itself answers (§10.1.1). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'te',
  'expect',
  'trailer',
  'upgrade',
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'proxy-authenticate',
  'proxy-authorization',
])

/** Bit n: a field to drop has a name of n characters. Most names are ruled out by this alone. */
const LENGTHS = [...HOP_BY_HOP].reduce((bits, name) => bits | (1 << name.length), 0)

/**
 * What Connection may name without effect: what the whole path needs (RFC 9110 §7.6.1 forbids to
 * list such fields). Without this a client could take out what was put in for the service.
 */
const KEPT =
  /^(?:host|content-[a-z-]+|authorization|cookie|set-cookie|cache-control|date|location|forwarded|x-forwarded-[a-z]+|x-request-id)$/

/** Options of Connection that name no field. */
const NO_FIELD = /^[\t ]*(?:close|keep-alive|upgrade)[\t ]*$/i

/**
 * Only the fields that go on to the next hop: without those of RFC 9110 §7.6.1 and those that
 * Connection names. TE and Trailer go too, since trailers of requests are not passed on and those of
 * responses need no announcement. Always a copy.
 */
export function endToEnd(headers: Headers): string[] {
  const result: string[] = []
  let options: string | undefined
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? ''
    const value = headers[i + 1] ?? ''
    if (!isHopByHop(name)) result.push(name, value)
    else if (name.length === 10 && !NO_FIELD.test(value) && name.toLowerCase() === 'connection')
      options = options === undefined ? value : `${options},${value}`
  }
  return options === undefined ? result : [...without(result, fieldsNamed(options))]
}

/** Whether a field ends at the next hop by its own name. */
export function isHopByHop(name: string): boolean {
  const {length} = name
  return length < 20 && ((LENGTHS >> length) & 1) === 1 && HOP_BY_HOP.has(name.toLowerCase())
}

function fieldsNamed(options: string): ReadonlySet<string> {
  const names = options.split(',').map(each => each.trim().toLowerCase())
  return new Set(names.filter(name => name !== '' && !KEPT.test(name)))
}
