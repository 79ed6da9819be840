const COLON = 58
const SPACE = 32

/** Names of fields, as bytes (WHATWG HTML §9.2.5). */
export const DATA: Uint8Array = Buffer.from('data')
export const ID: Uint8Array = Buffer.from('id')
export const RETRY: Uint8Array = Buffer.from('retry')

/** Whether a line, in these bytes from `start` to `end`, is that field, with or without a colon. Its first byte was compared before. */
export function isField(bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  const after = start + name.length
  if (after > end || (after < end && bytes[after] !== COLON)) return false
  for (let i = 1; i < name.length; i++) if (bytes[start + i] !== name[i]) return false
  return true
}

/** Where a field's value begins: after the colon and one space. `after`: where its name ends. */
export function valueStart(bytes: Uint8Array, after: number, end: number): number {
  return Math.min(end, after + (after + 1 < end && bytes[after + 1] === SPACE ? 2 : 1))
}
