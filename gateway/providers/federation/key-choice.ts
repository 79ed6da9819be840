import {KeyObject} from 'node:crypto'
import type {CryptoKey, JWK, JWSHeaderParameters} from 'jose'
import type {Token} from './token-claims.js'

/** Keys that fit what a token's header names (RFC 7515 §6); none of those that cannot be read. */
export type KeyChoice = (token: Token, keys: readonly (readonly JWK[])[]) => Promise<readonly KeyObject[]>

/** Loaded when a topology first needs it. */
let loading: Promise<typeof import('jose')> | undefined
const jose = () => {
  loading ??= import('jose')
  return loading
}

/** Reads each key once, as long as the lists of keys are the same. Scope: a topology. */
export function keyChoice(): KeyChoice {
  let from: readonly (readonly JWK[])[] = []
  let set: ReturnType<Awaited<ReturnType<typeof jose>>['createLocalJWKSet']> | undefined
  return async ({header}, keys) => {
    const {createLocalJWKSet, errors} = await jose()
    if (set === undefined || keys.some((list, i) => list !== from[i])) {
      set = createLocalJWKSet({keys: keys.flat()})
      from = keys
    }
    try {
      // jose looks at what the header has itself
      return [objectOf(await set(header as JWSHeaderParameters))]
    } catch (error) {
      if (error instanceof errors.JWKSMultipleMatchingKeys) return allOf(error)
      if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof DOMException) return []
      throw error
    }
  }
}

async function allOf(keys: AsyncIterable<CryptoKey>): Promise<readonly KeyObject[]> {
  const all: KeyObject[] = []
  for await (const key of keys) all.push(objectOf(key))
  return all
}

/** What Node knows of a key is found out once. */
const objects = new WeakMap<CryptoKey, KeyObject>()

function objectOf(key: CryptoKey): KeyObject {
  const known = objects.get(key) ?? KeyObject.from(key)
  objects.set(key, known)
  return known
}
