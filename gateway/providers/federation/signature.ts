import {createPublicKey, type KeyObject} from 'node:crypto'
import type {Clock} from '../../common/clock.js'
import type {Log} from '../../common/log.js'
import {unavailable} from '../refusal.js'
import {isSignedBy} from './jws.js'
import {type KeyChoice, keyChoice} from './key-choice.js'
import {KeySource} from './key-source.js'
import type {Token} from './token-claims.js'

/** What may sign tokens. */
export interface SignatureRules {
  /** A certificate or public key, PEM with or without its frame; empty: none. */
  readonly pem: string
  readonly urls: readonly string[]
  readonly algorithms: readonly string[]
  /** Types that a token must name when its key comes from a URL; lower case. */
  readonly types: readonly string[]
}

/** Checks signatures. Scope: a topology. */
export interface Signatures {
  /** Whether one of the keys signed it. Throws GatewayError 503 when a source of keys that would decide does not answer. */
  isGood(token: Token): Promise<boolean>
}

/** `changed` is told when keys of a URL change. */
export function signatures(rules: SignatureRules, clock: Clock, log: Log, changed: () => void): Signatures {
  const {pem, algorithms} = rules
  const fixed = pem === '' ? undefined : publicKeyOf(pem)
  const sources = rules.urls.map(url => new KeySource(url, clock, log, changed))
  const choose = keyChoice()
  return {
    async isGood(token) {
      if (!algorithms.includes(token.algorithm)) return false
      if (fixed && (await isSignedBy(token, fixed))) return true
      if (sources.length === 0 || !rules.types.includes(token.type ?? '')) return false
      return isSignedByOneOf(token, sources, choose)
    },
  }
}

/** Throws RangeError when a text is neither a certificate nor a public key. */
export function publicKeyOf(pem: string): KeyObject {
  const bare = pem.replace(/-----[A-Z ]+-----|\s/g, '')
  const key = keyIn(bare, 'CERTIFICATE') ?? keyIn(bare, 'PUBLIC KEY')
  if (key === undefined) throw new RangeError('it is neither a certificate nor a public key in PEM')
  return key
}

function keyIn(bare: string, frame: string): KeyObject | undefined {
  const text = bare.replace(/.{64}/g, '$&\n')
  try {
    return createPublicKey(`-----BEGIN ${frame}-----\n${text}\n-----END ${frame}-----\n`)
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
}

async function isSignedByAny(token: Token, keys: readonly KeyObject[]): Promise<boolean> {
  for (const key of keys) if (await isSignedBy(token, key)) return true
  return false
}

async function isSignedByOneOf(token: Token, sources: readonly KeySource[], choose: KeyChoice): Promise<boolean> {
  for (const which of ['keys', 'newerKeys'] as const) {
    const keys = await choose(token, await Promise.all(sources.map(source => source[which]())))
    if (keys.length > 0) return isSignedByAny(token, keys)
  }
  if (sources.some(({failing}) => failing))
    throw unavailable(new Error('the keys of an identity provider cannot be had'))
  return false
}
