import {closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, unlinkSync, writeSync} from 'node:fs'
import {dirname} from 'node:path'

/** What cannot be done with secrets, in words for the operator; never holds one. */
export class SecretsError extends Error {
  override readonly name = 'SecretsError'
}

/** The text of a file; undefined when there is none. Throws SecretsError for one that cannot be read. */
export function readSecretFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (isError(cause, 'ENOENT')) return undefined
    throw new SecretsError(`${path} cannot be read: ${String(cause)}`, {cause})
  }
}

/**
 * Replaces a file that only its owner may read, all at once: who reads sees the old text or the new one. `change` is given
 * the text that is there. Throws SecretsError while somebody else changes it, and when it cannot be written.
 */
export function changeSecretFile(path: string, change: (before: string | undefined) => string): void {
  const next = `${path}.new`
  const file = begin(path, next)
  try {
    writeSync(file, change(readSecretFile(path)))
    fsyncSync(file)
    renameSync(next, path)
  } catch (error) {
    unlinkSync(next)
    throw error
  } finally {
    closeSync(file)
  }
}

/** The new file is the lock as well. */
function begin(path: string, next: string): number {
  try {
    mkdirSync(dirname(path), {recursive: true, mode: 0o700})
    return openSync(next, 'wx', 0o600)
  } catch (cause) {
    const busy = isError(cause, 'EEXIST')
    const message = busy
      ? `another command is changing ${path}; if none is, remove ${next}`
      : `${path} cannot be written`
    throw new SecretsError(busy ? message : `${message}: ${String(cause)}`, {cause})
  }
}

const isError = (error: unknown, code: string) => error instanceof Error && 'code' in error && error.code === code
