import {createHash} from 'node:crypto'

/** A digest of plain JSON; places in files do not count, so that a comment changes nothing. */
export function digestOf(value: unknown): string {
  const text = JSON.stringify(value, (name, inner: unknown) => (name === 'at' ? undefined : inner))
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
