/** What opens with its first text and passes up to its second. */
export const PASSING = [
  ['<!--', '-->'],
  ['<?', '?>'],
] as const

/** A section of text without references (XML §2.7). */
export const CDATA_START = '<![CDATA['

/** A document type declaration (XML §2.8). */
export const DOCTYPE_START = '<!DOCTYPE'

/** Begin of a start tag, with its name. */
export const NAME = /<([^\s/>"'<=&]+)/y

/** An attribute, with its name, and its value in quotes. */
export const ATTRIBUTE = /\s+([^\s=/>"'<]+)\s*=\s*("[^"<]*"|'[^'<]*')/y

/** What ends a tag, or begins a value in quotes within it. */
export const TAG_STOP = /["'>]/g

/** Whether an attribute declares a namespace, whose name looks like an address and is none (Namespaces in XML §3). */
export const isNamespace = (name: string) => name === 'xmlns' || name.startsWith('xmlns:')
