import {createHmac, randomBytes} from 'node:crypto'
import {readdirSync, statSync} from 'node:fs'
import {join} from 'node:path'
import type {Environment} from '../site/read-site.js'
import {aliasStore, GATEWAY_CLUSTER} from './alias-store.js'
import {readMaster, securityFolder} from './master.js'
import {readSecretFile, SecretsError} from './secret-file.js'

/** Names to secrets, as params refer to them: `${ALIAS=name}`. Scope: one home; read anew each time. */
export interface Aliases {
  /** The value, and a stamp that changes whenever it may have and tells nothing of it; or why there is no value. */
  find(topology: string, name: string): {readonly stamp: string; readonly value: string} | {readonly fault: string}
  /** Throws SecretsError when there is none, or the master secret does not open it. */
  valueOf(topology: string, name: string): string
}

/**
 * The aliases of a home. The first that has the name gives the value: the topology's in `data/security/aliases.json`, the
 * gateway's there, a file of that name in `data/security/secrets` (as Kubernetes mounts them), the variable `GATEWAY_ALIAS_NAME`.
 */
export function aliasesOf(home: string, environment: Environment): Aliases {
  const store = aliasStore(home, () => readMaster(home, environment))
  const sources: readonly Source[] = [
    store.open,
    (_, name) => store.open(GATEWAY_CLUSTER, name),
    (_, name) => fileValue(join(securityFolder(home), 'secrets'), name),
    (_, name) => environment[variableOf(name)],
  ]
  function valueOf(topology: string, name: string): string {
    for (const source of sources) {
      const value = source(topology, name)
      if (value !== undefined) return value
    }
    throw new SecretsError(`there is no ${name}; bin/gateway create-alias ${name} --cluster ${topology} makes one`)
  }
  return {
    valueOf,
    find(topology, name) {
      try {
        const value = valueOf(topology, name)
        return {value, stamp: createHmac('sha256', stampKey).update(value).digest('base64')}
      } catch (error) {
        if (!(error instanceof SecretsError)) throw error
        return {fault: error.message}
      }
    },
  }
}

/** Stamps go into the digest of a plan, which is shown: nobody must be able to try out passwords on it. */
const stampKey = randomBytes(32)

/** `GATEWAY_ALIAS_LDAP_PASSWORD` for `ldap-password`. */
const variableOf = (name: string) => `GATEWAY_ALIAS_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`

type Source = (topology: string, name: string) => string | undefined

/** A name is looked for among those in the folder, in any case, so that it leads nowhere else. */
function fileValue(folder: string, name: string): string | undefined {
  if (!statSync(folder, {throwIfNoEntry: false})?.isDirectory()) return undefined
  const files = readdirSync(folder).filter(each => each.toLowerCase() === name.toLowerCase())
  const file = files.includes(name) ? name : files[0]
  return file === undefined ? undefined : readSecretFile(join(folder, file))?.replace(/\r?\n$/, '')
}
