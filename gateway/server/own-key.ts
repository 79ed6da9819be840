import {randomBytes} from 'node:crypto'
import {linkSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

const FILE = 'data/security/rewrite.key'
const LENGTH = 32

/**
 * The key of a home with which its rules encrypt: 32 bytes in `data/security/rewrite.key`, which only its owner may read. Made when it
 * is first wanted, once, also when several gateways of the home want it at once. Throws for a file that is no key.
 */
export function ownKey(home: string): () => Uint8Array {
  let key: Uint8Array | undefined
  return () => {
    key ??= readKey(join(home, FILE)) ?? makeKey(join(home, FILE))
    return key
  }
}

function readKey(path: string): Uint8Array | undefined {
  try {
    const key = readFileSync(path)
    if (key.length !== LENGTH) throw new Error(`${path} is not a key of ${LENGTH} bytes`)
    return key
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/** Made beside and then linked: nobody ever sees half a key. */
function makeKey(path: string): Uint8Array {
  const made = `${path}.${randomBytes(6).toString('hex')}`
  mkdirSync(dirname(path), {recursive: true, mode: 0o700})
  writeFileSync(made, randomBytes(LENGTH), {mode: 0o600, flag: 'wx'})
  try {
    linkSync(made, path)
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error
  } finally {
    rmSync(made)
  }
  return readFileSync(path)
}

const isCode = (error: unknown, code: string) => error instanceof Error && 'code' in error && error.code === code
