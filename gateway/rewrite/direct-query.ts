import type {RequestUrl} from '../common/request-url.js'
import {partAt, queryItems} from '../template/query-items.js'
import {answersOf, type RewriteContext, type RewriteFacts, type RewriteFunction} from './rewrite-function.js'

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

/** All but the parts that were asked for, each behind an `&`. Undefined: one is odd, or repeated. */
function othersOf(query: string, asked: readonly string[]): string | undefined {
  const others = queryItems(query).filter(({name}) => !asked.includes(name))
  const names = new Set(others.map(({name}) => name))
  if (names.size < others.length || names.has('')) return undefined
  return others.map(({text}) => `&${text}`).join('')
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
  return typeof source === 'string' ? source : (answersOf(source.function, source.args, context, facts)[0] ?? '')
}
