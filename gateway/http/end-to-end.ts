import {type Headers, isNamed, nameTest, without} from './headers.js'

/** Whether a field ends at the next hop by its own name (RFC 9110 §7.6.1, §11.7), or is Expect, which the gateway itself answers (§10.1.1). */
export const HOP_BY_HOP: readonly string[] = [
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
]

const isHopByHop = nameTest(HOP_BY_HOP)

/**
 * What Connection may name without effect: what the whole path needs (RFC 9110 §7.6.1 forbids to
 * list such fields). Without this a client could take out what was put in for the service.
 */
const KEPT =
  /^(?:host|content-[a-z-]+|authorization|cookie|set-cookie|cache-control|date|location|forwarded|x-forwarded-[a-z]+|x-request-id)$/

/** Options of Connection that name no field. */
const NO_FIELD = /^[\t ]*(?:close|keep-alive|upgrade)[\t ]*$/i

/** Whether a value of Connection may name one. Nearly all are the very same. */
export const namesFields = (value: string) => value !== 'keep-alive' && !NO_FIELD.test(value)

/**
 * Only the fields that go on to the next hop: without those of RFC 9110 §7.6.1 and those that
 * Connection names; the same list when all do. TE and Trailer go too, since trailers of requests are
 * not passed on and those of responses need no announcement.
 */
export function endToEnd(headers: Headers): Headers {
  const isOption = optionTest(headers)
  const rest = without(headers, isHopByHop)
  return isOption === undefined ? rest : without(rest, isOption)
}

/** Of a response with that status, the fields that go on to the next hop: no length where there can be no body (RFC 9110 §8.6). */
export function responseFields(status: number, headers: Headers): Headers {
  const rest = endToEnd(headers)
  return status < 200 || status === 204 ? without(rest, isLength) : rest
}

const isLength = nameTest(['content-length'])

/** What may not stand in trailers, since it would change how the message is read (RFC 9110 §6.5.1). */
const isNotInTrailers = nameTest(['content-length', 'content-encoding', 'content-type', 'host'])

/** Of trailers, the fields that go on to the next hop. */
export function trailersOf(trailers: Headers): Headers {
  return trailers.length === 0 ? trailers : without(endToEnd(trailers), isNotInTrailers)
}

/** Whether a name is one that Connection names; undefined: it names none. */
export function optionTest(headers: Headers): ((name: string) => boolean) | undefined {
  const options = optionsOf(headers)
  return options === undefined ? undefined : fieldTest(options)
}

/** The options of all Connection fields that may name a field. */
function optionsOf(headers: Headers): string | undefined {
  let options: string | undefined
  for (let i = 0; i < headers.length; i += 2) {
    const value = headers[i + 1] ?? ''
    if (isNamed(headers[i], 'connection') && namesFields(value))
      options = options === undefined ? value : `${options},${value}`
  }
  return options
}

function fieldTest(options: string): (name: string) => boolean {
  const all = options.split(',').map(each => each.trim().toLowerCase())
  const names = new Set(all.filter(name => name !== '' && !KEPT.test(name)))
  return name => names.has(name.toLowerCase())
}
