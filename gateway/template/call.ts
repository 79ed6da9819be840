/**
 * What the braces of a template name: a param, a literal, or a function of one of them. None of the
 * three for a piece without braces. Source: Knox, `Function`.
 */
export interface Call {
  readonly function: string | undefined
  readonly param: string | undefined
  /** Literal arguments, cut at commas. */
  readonly args: readonly string[] | undefined
}

const NOTHING: Call = {function: undefined, param: undefined, args: undefined}

const MARKS = '$()[]'

/** Reads `name`, `(name)`, `[literal,literal]`, `$function`, `$function(name)`, `$function[literal,literal]`. Marks that are out of place are passed over, as Knox does. */
export function readCall(text: string): Call {
  const tokens = text
    .split(/([$()[\]])/)
    .map(token => token.trim())
    .filter(token => token !== '')
  const [first] = tokens
  if (first === undefined) return NOTHING
  if (first !== '$') return readArgument(tokens, undefined)
  const opening = tokens.findIndex((token, at) => at > 0 && !'$)]'.includes(token))
  const name = tokens[opening]
  if (name === undefined) return NOTHING
  return MARKS.includes(name)
    ? readArgument(tokens.slice(opening), undefined)
    : readArgument(tokens.slice(opening + 1), name)
}

function readArgument([mark, content]: readonly string[], name: string | undefined): Call {
  const given = content !== undefined && !MARKS.includes(content) ? content : undefined
  if (mark === '(') return {function: name, param: given, args: undefined}
  if (mark === '[') return {function: name, param: undefined, args: given === undefined ? undefined : listOf(given)}
  return {function: name, param: mark, args: undefined}
}

/** Items between commas; empty ones at the end are left out, as Java's `split` does. */
function listOf(text: string): readonly string[] {
  const items = text.split(',')
  while (items.at(-1) === '') items.pop()
  return items
}
