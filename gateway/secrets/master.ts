import {randomBytes} from 'node:crypto'
import {join} from 'node:path'
import type {Environment} from '../site/read-site.js'
import {changeSecretFile, readSecretFile, SecretsError} from './secret-file.js'

/** Where a home keeps what only its owner may read. Knox: `gateway.security.dir`. */
export const securityFolder = (home: string) => join(home, 'data', 'security')

const masterFile = (home: string) => join(securityFolder(home), 'master')

/**
 * The master secret: of the variable GATEWAY_MASTER, else of `data/security/master`. Undefined: there is none.
 * Source: Knox, `CMFMasterService`. Differs: the file holds it as it is, for its owner alone; Knox encrypts it with a
 * password that everybody knows.
 */
export function readMaster(home: string, environment: Environment): string | undefined {
  const given = environment['GATEWAY_MASTER'] ?? readSecretFile(masterFile(home))?.replace(/\r?\n$/, '')
  return given === '' ? undefined : given
}

/** Keeps a master secret; gives the file. Throws SecretsError when there is one already, unless forced: it opens all aliases. */
export function createMaster(home: string, secret: string, force: boolean): string {
  const file = masterFile(home)
  changeSecretFile(file, before => {
    if (before !== undefined && !force)
      throw new SecretsError(`${file} is there already; --force replaces it, and then no alias opens any more`)
    return `${secret}\n`
  })
  return file
}

/** A secret that nobody can guess: random bytes, as text without signs that a shell minds. */
export const randomSecret = (bytes: number) => randomBytes(bytes).toString('base64url')
