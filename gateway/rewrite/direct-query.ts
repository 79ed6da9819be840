import type {RequestUrl} from '../common/request-url.js'
import {partAt} from '../template/query-items.js'
import type {RewriteContext, RewriteFacts, RewriteFunction} from './rewrite-function.js'

/** What a direct rule does with parts of the query that it names. */
export interface NamedParts {
  /** Names that a query must have. */
  readonly asked: readonly string[]
  /** The parts that it makes of them, before all others: by their numbers. */
  readonly told: readonly number[]
  /** Undefined: the address comes from a function alone. */
  readonly address: AddressParts | undefined
}

/** Of what the parts of an address are made. */
export interface AddressParts {
  readonly scheme: AddressPart
  readonly host: AddressPart
  readonly port: AddressPart
}

/** The number of a value, a text, or a function with its arguments. */
export type AddressPart = number | Source

type Source = string | {readonly function: RewriteFunction; readonly args: readonly string[]}

/** What was found of the named parts, in order, and the query that is made; undefined: none. */
export interface Taken {
  readonly values: readonly string[]
  readonly query: string | undefined
}

const NOTHING: Taken = {values: [], query: undefined}

/** `passes`: so do all other parts. False: a named part is missing. Undefined: the general way must tell, since a part is odd or repeated. */
export function takenFrom(
  {asked, told}: NamedParts,
  query: string | undefined,
  passes: boolean,
): Taken | false | undefined {
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
  const others = passes ? othersOf(query, asked) : ''
  if (others === undefined || query.includes('&amp;')) return undefined
  let made = ''
  for (const number of told) made += `&${asked[number]}=${values[number]}`
  made += others
  return {values, query: made === '' ? undefined : made.slice(1)}
}

/** Other parts that are compared with each other: who sends more goes the general way. */
const MOST_PARTS = 16

/** All but the parts that were asked for, each behind an `&`. Undefined: one is odd, or repeated. */
function othersOf(query: string, asked: readonly string[]): string | undefined {
  const names: string[] = []
  let others = ''
  for (let start = 0; start < query.length; ) {
    const and = query.indexOf('&', start)
    const end = and < 0 ? query.length : and
    const part = query.slice(start, end)
    const equals = part.indexOf('=')
    const name = equals < 0 ? part : part.slice(0, equals)
    start = end + 1
    if (part === '' || asked.includes(name)) continue
    if (names.length === MOST_PARTS || name === '' || name.startsWith('{') || names.includes(name)) return undefined
    names.push(name)
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
  {scheme, host, port}: AddressParts,
  values: readonly string[],
  context: RewriteContext,
  facts: RewriteFacts,
): Pick<RequestUrl, 'scheme' | 'host' | 'port'> | undefined {
  const sourceOf = (part: AddressPart): Source => (typeof part === 'number' ? (values[part] ?? '') : part)
  // Before any function is asked, and whoever listens told of it.
  if (!mayBe(SCHEME, sourceOf(scheme)) || !mayBe(HOST, sourceOf(host)) || !mayBe(PORT, sourceOf(port))) return undefined
  const textOf = (part: AddressPart) => given(sourceOf(part), context, facts)
  const made = {scheme: textOf(scheme), host: textOf(host), port: textOf(port)}
  return mayBe(SCHEME, made.scheme) && mayBe(HOST, made.host) && mayBe(PORT, made.port) ? made : undefined
}

const mayBe = (shape: RegExp, source: Source) => typeof source !== 'string' || shape.test(source)

/** Empty where a function gives nothing. */
function given(source: Source, context: RewriteContext, facts: RewriteFacts): string {
  if (typeof source === 'string') return source
  const {function: called, args} = source
  const values = called.evaluate(args, context, facts)
  context.trace?.({kind: 'function', name: called.name, args, values})
  return values[0] ?? ''
}
