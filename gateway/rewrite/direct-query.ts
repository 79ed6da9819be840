import {partAt} from '../template/query-items.js'
import type {RewriteContext, RewriteFacts, RewriteFunction} from './rewrite-function.js'

/** What a direct rule does with parts of the query that it names. */
export interface NamedParts {
  /** Names that a query must have. */
  readonly asked: readonly string[]
  /** The parts that it makes of their values, before all others. */
  readonly told: readonly {readonly name: string; readonly from: number}[]
  /** All others pass. */
  readonly passes: boolean
  /** Undefined: the address comes from a function alone. */
  readonly address: AddressParts | undefined
}

/** Of what the parts of an address are made. */
export interface AddressParts {
  readonly scheme: AddressPart
  readonly host: AddressPart
  readonly port: AddressPart
}

/** A text, the number of a value, or a function with its arguments. */
export type AddressPart = string | number | {readonly function: RewriteFunction; readonly args: readonly string[]}

/** What was found of the named parts, in order, and the query that is made; undefined: none. */
export interface Taken {
  readonly values: readonly string[]
  readonly query: string | undefined
}

const NOTHING: Taken = {values: [], query: undefined}

/** False: a named part is missing. Undefined: the general way must tell, since a part is odd or repeated. */
export function takenFrom({asked, told, passes}: NamedParts, query: string | undefined): Taken | false | undefined {
  if (query === undefined) return asked.length === 0 ? NOTHING : false
  const values: string[] = []
  for (const name of asked) {
    const at = partAt(query, name)
    if (at < 0) return false
    const begin = at + name.length + 1
    const end = query.indexOf('&', at)
    if (end === begin - 1 || begin > query.length || partAt(query, name, begin) >= 0) return undefined
    values.push(end < 0 ? query.slice(begin) : query.slice(begin, end))
  }
  let made = ''
  for (const {name, from} of told) made += `&${name}=${values[from]}`
  const others = passes ? othersOf(query, asked) : ''
  if (others === undefined || query.includes('&amp;')) return undefined
  made += others
  return {values, query: made === '' ? undefined : made.slice(1)}
}

/** Parts of a query that are compared with each other: who sends more goes the general way. */
const MOST_PARTS = 16

/** All but the parts that were asked for, each behind an `&`. Undefined: one is odd, or repeated. */
function othersOf(query: string, asked: readonly string[]): string | undefined {
  let others = ''
  let count = 0
  for (let start = 0; start < query.length; ) {
    const and = query.indexOf('&', start)
    const end = and < 0 ? query.length : and
    const part = query.slice(start, end)
    const equals = part.indexOf('=')
    const name = equals < 0 ? part : part.slice(0, equals)
    start = end + 1
    if (part === '' || asked.includes(name)) continue
    if (++count > MOST_PARTS || name === '' || name.startsWith('{') || partAt(query, name, start) >= 0) return undefined
    others += `&${part}`
  }
  return others
}

/** What each part of an address may be, so that nothing in it ends it; what is otherwise the general way must judge. */
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/
const HOST = /^[\w.-]+$/
const PORT = /^\d+$/

/** Scheme, host and port of values of a query and what functions give; undefined: the general way must tell. */
export function addressOf(
  parts: AddressParts,
  values: readonly string[],
  context: RewriteContext,
  facts: RewriteFacts,
): {readonly scheme: string; readonly host: string; readonly port: string} | undefined {
  const scheme = partOf(parts.scheme, values, context, facts)
  const host = partOf(parts.host, values, context, facts)
  const port = partOf(parts.port, values, context, facts)
  return SCHEME.test(scheme) && HOST.test(host) && PORT.test(port) ? {scheme, host, port} : undefined
}

/** Empty where there is none. */
function partOf(part: AddressPart, values: readonly string[], context: RewriteContext, facts: RewriteFacts): string {
  if (typeof part === 'string') return part
  if (typeof part === 'number') return values[part] ?? ''
  const {function: called, args} = part
  const given = called.evaluate(args, context, facts)
  context.trace?.({kind: 'function', name: called.name, args, values: given})
  return given[0] ?? ''
}
