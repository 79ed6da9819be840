/** What a token says, by name (RFC 7519 §4). */
export interface Claims {
  readonly sub?: unknown
  readonly [name: string]: unknown
}

/** A token as it says of itself; nothing of it is proved. */
export interface Token {
  readonly text: string
  readonly header: Claims
  readonly algorithm: string
  /** Media type without `application/`, lower case (RFC 7515 §4.1.9); undefined: it names none. */
  readonly type: string | undefined
  readonly claims: Claims
  readonly issuer: string | undefined
  readonly audiences: readonly string[] | undefined
  /** Seconds since 1970 (RFC 7519 §4.1.4, §4.1.5). */
  readonly expires: number | undefined
  readonly notBefore: number | undefined
}

/** Characters of a token; a longer one is not looked at. */
const LONGEST = 8192
const SHAPE = /^[\w-]+\.[\w-]+\.[\w-]*$/

/** Takes a token in compact form apart (RFC 7515 §7.1). Undefined when it is none. */
export function readToken(text: string): Token | undefined {
  if (text.length > LONGEST || !SHAPE.test(text)) return undefined
  const [head = '', body = ''] = text.split('.')
  const header = readJson(head)
  const claims = readJson(body)
  if (header === undefined || claims === undefined) return undefined
  const {alg, typ} = header
  const {exp, nbf, iss, aud} = claims
  if (typeof alg !== 'string' || !isOptional(exp, 'number') || !isOptional(nbf, 'number')) return undefined
  if (!isOptional(iss, 'string') || !isOptional(typ, 'string')) return undefined
  return {
    text,
    header,
    algorithm: alg,
    type: typ?.toLowerCase().replace(/^application\//, ''),
    claims,
    issuer: iss,
    audiences: typeof aud === 'string' ? [aud] : isTexts(aud) ? aud : undefined,
    expires: exp,
    notBefore: nbf,
  }
}

function readJson(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    // an object of unknown fields
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

interface Kinds {
  readonly number: number
  readonly string: string
}

const isOptional = <K extends keyof Kinds>(value: unknown, kind: K): value is Kinds[K] | undefined =>
  value === undefined || typeof value === kind

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(each => typeof each === 'string')
