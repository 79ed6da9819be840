import {randomBytes} from 'node:crypto'
import {join} from 'node:path'
import {securityFolder} from './master.js'
import {keyOf, seal, unseal} from './seal.js'
import {changeSecretFile, readSecretFile, SecretsError} from './secret-file.js'

/** Whose aliases serve all topologies, and the gateway itself. Source: Knox, `AliasService.NO_CLUSTER_NAME`. */
export const GATEWAY_CLUSTER = '__gateway'

/** `data/security/aliases.json`: names as they are, values sealed under a key made of the master secret and the salt. */
interface AliasFile {
  readonly version: 1
  /** base64 */
  readonly salt: string
  /** By topology, or `__gateway`, then by name. */
  readonly clusters: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/**
 * The aliases of a home, whose names count in any case, as in Knox's stores, which have them in lower case. Scope: its file, which all
 * processes share; nothing of it is remembered but the key.
 */
export interface AliasStore {
  names(cluster: string): readonly string[]
  /** The value; undefined: there is no such alias. Throws SecretsError when the master secret does not open it, or there is none. */
  open(cluster: string, name: string): string | undefined
  /** Throws SecretsError when there is no master secret, or another command writes. */
  set(cluster: string, name: string, value: string): void
  /** Whether it was there. */
  delete(cluster: string, name: string): boolean
}

/** Opens the store of a home; `master` is asked for when a value is wanted. */
export function aliasStore(home: string, master: () => string | undefined): AliasStore {
  const path = join(securityFolder(home), 'aliases.json')
  const read = () => parsed(readSecretFile(path), path)
  let known: {readonly made: string; readonly key: Buffer} | undefined

  function keyFor({salt}: AliasFile): Buffer {
    const secret = master()
    if (secret === undefined) throw new SecretsError('there is no master secret: bin/gateway create-master makes one')
    const made = `${salt} ${secret}`
    if (known?.made !== made) known = {made, key: keyOf(secret, Buffer.from(salt, 'base64'))}
    return known.key
  }

  function change(make: (file: AliasFile) => AliasFile): void {
    changeSecretFile(path, before => `${JSON.stringify(make(parsed(before, path)), undefined, 2)}\n`)
  }

  const sealed = (file: AliasFile, cluster: string, lower: string) => own(own(file.clusters, cluster) ?? {}, lower)

  return {
    names: cluster => Object.keys(own(read().clusters, cluster) ?? {}).sort(),
    open(cluster, name) {
      const file = read()
      const lower = name.toLowerCase()
      const found = sealed(file, cluster, lower)
      if (found === undefined) return undefined
      const value = unseal(found, keyFor(file), contextOf(cluster, lower))
      if (value === undefined) throw new SecretsError(`the master secret does not open the alias ${name} of ${cluster}`)
      return value
    },
    set(cluster, name, value) {
      const lower = name.toLowerCase()
      change(file => {
        const entry = {[lower]: seal(value, keyFor(file), contextOf(cluster, lower))}
        return {...file, clusters: {...file.clusters, [cluster]: {...own(file.clusters, cluster), ...entry}}}
      })
    },
    delete(cluster, name) {
      const lower = name.toLowerCase()
      if (sealed(read(), cluster, lower) === undefined) return false
      change(file => {
        const {[lower]: _, ...rest} = own(file.clusters, cluster) ?? {}
        return {...file, clusters: {...file.clusters, [cluster]: rest}}
      })
      return true
    },
  }
}

const contextOf = (cluster: string, lower: string) => JSON.stringify(['alias', cluster, lower])

const own = <V>(of: Readonly<Record<string, V>>, name: string) => (Object.hasOwn(of, name) ? of[name] : undefined)

function parsed(text: string | undefined, path: string): AliasFile {
  if (text === undefined) return {version: 1, salt: randomBytes(16).toString('base64'), clusters: {}}
  let file: unknown
  try {
    file = JSON.parse(text)
  } catch (cause) {
    throw new SecretsError(`${path} is not what it was written as`, {cause})
  }
  if (!isAliasFile(file)) throw new SecretsError(`${path} is not a file of aliases`)
  return file
}

function isAliasFile(file: unknown): file is AliasFile {
  if (typeof file !== 'object' || file === null) return false
  if (!('version' in file && file.version === 1 && 'salt' in file && typeof file.salt === 'string')) return false
  return 'clusters' in file && isRecord(file.clusters) && Object.values(file.clusters).every(isTexts)
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isTexts = (value: unknown) => isRecord(value) && Object.values(value).every(each => typeof each === 'string')
