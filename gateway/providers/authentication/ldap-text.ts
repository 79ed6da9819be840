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
