/** A value within a distinguished name (RFC 4514 §2.4). */
export const inName = (value: string) =>
  value
    .replace(/[\\,+"<>;=]/g, '\\$&')
    .replaceAll('\0', '\\00')
    .replace(/^[ #]| $/g, '\\$&')

/** A value within a search filter (RFC 4515 §3). */
export const inFilter = (value: string) =>
  value.replace(/[\\*()\0]/g, character => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`)

/** Puts the groups of a match into a template, `{0}` for the whole, each escaped for the place where it stands. */
export function expanded(
  template: string,
  match: readonly (string | undefined)[],
  escape: (value: string) => string,
): string {
  return template.replace(/\{(\d+)\}/g, (_, index: string) => escape(match[Number(index)] ?? ''))
}

/** The value with which a distinguished name begins, when it is of that attribute (RFC 4514 §3). */
export function firstValueOf(dn: string, attribute: string): string | undefined {
  const [, name = '', value = ''] = /^\s*([\w.-]+)\s*=\s*((?:\\.|[^\\,+;])*)/s.exec(dn) ?? []
  return name.toLowerCase() === attribute.toLowerCase() ? unescaped(value.trim()) : undefined
}

/** Escapes are of a character, or of the bytes of one in hexadecimal. */
const unescaped = (value: string) =>
  value.replace(/(?:\\[\da-f]{2})+|\\(.)/gis, (bytes, character: string | undefined) =>
    character === undefined ? Buffer.from(bytes.replaceAll('\\', ''), 'hex').toString() : character,
  )

/** The parts of a distinguished name from the most to the least specific, in a form in which equal ones are the same (RFC 4518 §2, roughly). */
export const sameNames = (dn: string): readonly string[] =>
  (dn.match(/(?:\\.|[^\\,;])+/gs) ?? [])
    .map(part => unescaped(part).normalize('NFKC').toLowerCase())
    .map(part =>
      part
        .trim()
        .replace(/\s*=\s*/, '=')
        .replace(/\s+/g, ' '),
    )
