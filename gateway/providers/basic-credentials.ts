/** What HTTP Basic says (RFC 7617 §2). */
export interface BasicCredentials {
  readonly user: string
  readonly password: string
}

const SHAPE = /^basic +([A-Za-z0-9+/]+={0,2})$/i

/** Reads the value of an Authorization field. Undefined when it is not Basic, or not well formed: whole base64 of UTF-8 with a colon. */
export function basicCredentials(authorization: string): BasicCredentials | undefined {
  const encoded = SHAPE.exec(authorization)?.[1] ?? ''
  if (encoded.length % 4 !== 0) return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : {user: text.slice(0, colon), password: text.slice(colon + 1)}
}
