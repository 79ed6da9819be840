import {itemsOf, type Param} from '../../common/params.js'

/** Names, each with those that stand for it; plain JSON. */
export type Mapping = Readonly<Record<string, readonly string[]>>

/** `guest,alice=hdfs;bob=yarn,users`: names to the left, what they become to the right. Source: Knox, `SimplePrincipalMapper`. */
export function mapping(doc: string, {toNothing = false} = {}): Param<Mapping> {
  const read = (given: string) => Object.fromEntries(itemsOf(given, ';').flatMap(part => readPart(part, toNothing)))
  return {doc, default: {}, unit: 'name,name=name;…', read}
}

function readPart(part: string, toNothing: boolean): readonly (readonly [string, readonly string[]])[] {
  const equals = part.indexOf('=')
  const from = itemsOf(part.slice(0, Math.max(0, equals)))
  const to = itemsOf(part.slice(equals + 1))
  if (equals < 0 || from.length === 0 || (to.length === 0 && !toNothing))
    throw new RangeError(`"${part}" is not name=name`)
  return from.map(name => [name, to] as const)
}

/** What stands for a name; itself when nothing does. */
export const mappedName = (table: Mapping, name: string) =>
  Object.hasOwn(table, name) ? (table[name]?.[0] ?? name) : name

/** The groups of a name, and those of everybody (`*`). */
export function mappedGroups(table: Mapping, name: string): readonly string[] {
  const own = Object.hasOwn(table, name) ? (table[name] ?? []) : []
  return [...own, ...(table['*'] ?? [])]
}
