import {constants, type KeyObject, type VerifyKeyObjectInput, verify} from 'node:crypto'
import type {Token} from './token-claims.js'

/** How an algorithm signs, and with which keys (RFC 7518 §3.1, RFC 8037 §3.1). */
interface Scheme {
  /** Null: the algorithm brings its own. */
  readonly hash: string | null
  fits(key: KeyObject): boolean
  /** A key, with what must be said of the signature. */
  by(key: KeyObject): KeyObject | VerifyKeyObjectInput
}

/** Bits of a key (RFC 7518 §3.3, §3.5). */
const FEWEST = 2048

const rsa = (bits: number): Scheme => ({
  hash: `sha${bits}`,
  fits: key => key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= FEWEST,
  by: key => key,
})

/** Its salt is as long as the hash. */
const pss = (bits: number): Scheme => ({
  ...rsa(bits),
  by: key => ({key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: bits / 8}),
})

/** A signature is two numbers side by side, not DER (RFC 7518 §3.4). */
const ecdsa = (bits: number, curve: string): Scheme => ({
  hash: `sha${bits}`,
  fits: key => key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === curve,
  by: key => ({key, dsaEncoding: 'ieee-p1363'}),
})

const SCHEMES: ReadonlyMap<string, Scheme> = new Map<string, Scheme>([
  ['RS256', rsa(256)],
  ['RS384', rsa(384)],
  ['RS512', rsa(512)],
  ['PS256', pss(256)],
  ['PS384', pss(384)],
  ['PS512', pss(512)],
  ['ES256', ecdsa(256, 'prime256v1')],
  ['ES384', ecdsa(384, 'secp384r1')],
  ['ES512', ecdsa(512, 'secp521r1')],
  ['EdDSA', {hash: null, fits: key => key.asymmetricKeyType === 'ed25519', by: key => key}],
])

/** Those of keys that can be public: with a shared secret whoever checks tokens could make them. */
export const ALGORITHMS = [...SCHEMES.keys()]

/**
 * Whether that key signed a token (RFC 7515 §5.2), by the algorithm that the token names; whether that one is expected is the
 * caller's to know. None of its header's extensions is understood here, so one that insists on any (`crit`) is not good. Works beside the event loop.
 */
export function isSignedBy({text, algorithm, header}: Token, key: KeyObject): Promise<boolean> {
  const scheme = SCHEMES.get(algorithm)
  if (scheme === undefined || 'crit' in header || !scheme.fits(key)) return Promise.resolve(false)
  const dot = text.lastIndexOf('.')
  const signed = Buffer.from(text.slice(0, dot))
  const signature = Buffer.from(text.slice(dot + 1), 'base64url')
  return new Promise(resolve => {
    // a signature of another length than the key's is an error to some algorithms
    verify(scheme.hash, signed, scheme.by(key), signature, (error, good) => resolve(error === null && good))
  })
}
