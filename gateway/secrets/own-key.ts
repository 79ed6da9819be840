import {hkdfSync} from 'node:crypto'
import {join} from 'node:path'
import type {Environment} from '../site/read-site.js'
import {randomSecret, readMaster, securityFolder} from './master.js'
import {changeSecretFile, readSecretFile} from './secret-file.js'

/** A key of 32 bytes for one purpose. Throws SecretsError. */
export type KeyFor = (purpose: string) => Buffer

/**
 * Keys of a home, for what only its gateways may read: made of the master secret (HKDF, RFC 5869), which several of them may
 * share; without one, of `data/security/own.key`, which the first that is wanted makes. Scope: home, or all homes with that master secret.
 */
export function ownKeys(home: string, environment: Environment): KeyFor {
  const known = new Map<string, Buffer>()
  return purpose => {
    const key =
      known.get(purpose) ??
      Buffer.from(hkdfSync('sha256', readMaster(home, environment) ?? ownSecret(home), '', purpose, 32))
    known.set(purpose, key)
    return key
  }
}

function ownSecret(home: string): string {
  const file = join(securityFolder(home), 'own.key')
  if (readSecretFile(file) === undefined) changeSecretFile(file, before => before ?? randomSecret(32))
  return readSecretFile(file) ?? ''
}
