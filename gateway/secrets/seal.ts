import {createCipheriv, createDecipheriv, randomBytes, scryptSync} from 'node:crypto'

/** How a key is made of the master secret (RFC 7914): 32 MiB and some 80 ms for each guess. */
const COST = {N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024}

const IV = 12
const TAG = 16

/** A key of 32 bytes, made of the master secret and a salt. Takes some 80 ms. */
export const keyOf = (master: string, salt: Uint8Array): Buffer => scryptSync(master, salt, 32, COST)

/**
 * A text under AES-256-GCM, in letters, digits, `-` and `_`: IV, tag, ciphertext. `context` is not in it, and must be the same when it is
 * opened: what is sealed for one place does not open in another.
 */
export function seal(text: string, key: Uint8Array, context: string): string {
  const iv = randomBytes(IV)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
}

/** What was sealed. Undefined: with another key, for another context, or it was changed since. */
export function unseal(sealed: string, key: Uint8Array, context: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64url')
  if (bytes.length < IV + TAG || bytes.toString('base64url') !== sealed) return undefined
  const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV))
  cipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(IV, IV + TAG))
  const text = cipher.update(bytes.subarray(IV + TAG))
  try {
    return Buffer.concat([text, cipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}
