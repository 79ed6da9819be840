/**
 * An object of JSON in which the member at a path is that text, and nothing else is written anew: numbers keep their digits. Objects
 * on the way are made where there are none; undefined: the member goes. Of several of one name the last counts (ECMA-262,
 * `JSON.parse`), and the others go. Throws SyntaxError, and TypeError for what is no object.
 */
export function withMember(json: string, [name = '', ...rest]: readonly string[], value: string | undefined): string {
  if (!isObject(JSON.parse(json))) throw new TypeError('it is no object of JSON')
  const members = membersOf(json)
  const names = members.map(nameOf)
  const last = names.lastIndexOf(name)
  const made = rest.length > 0 ? withMember(valueOf(members[last]), rest, value) : JSON.stringify(value)
  const written = made === undefined ? [] : [`${JSON.stringify(name)}:${made}`]
  const others = members.flatMap((member, at) => (at === last ? written : names[at] === name ? [] : [member]))
  return `{${(last < 0 ? [...others, ...written] : others).join()}}`
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/

/** Strings, and what opens, closes and divides. */
const TOKEN = new RegExp(`${STRING.source}|[{}[\\],]`, 'g')

/** The members of an object as they are written, from comma to comma. */
function membersOf(json: string): readonly string[] {
  const members: string[] = []
  let depth = 0
  let start = 0
  for (const {0: token, index} of json.matchAll(TOKEN)) {
    if (token === '{' || token === '[') depth++
    const isOver = token === '}' || token === ']'
    if (depth === 1 && (isOver || token === ',')) members.push(json.slice(start, index))
    if (depth === 1 && token.length === 1) start = index + 1
    if (isOver) depth--
  }
  return members.filter(member => member.trim() !== '')
}

const nameOf = (member: string): unknown => JSON.parse(STRING.exec(member)?.[0] ?? 'null')

/** Null counts as none. */
function valueOf(member: string | undefined): string {
  const value = member?.replace(STRING, '').replace(':', '').trim() ?? 'null'
  return value === 'null' ? '{}' : value
}
