import {itemsOf, type Param} from '../../common/params.js'
import type {Principal} from '../../pipeline/principal.js'

/**
 * Who may see the events of a type: users and groups, each a list of names, `*` for all, or a path into the event's
 * JSON data (`$.owner`, `$.teams`), where the reader must be named; plain JSON.
 */
export interface EventAcl {
  /** `*` in it stands for any characters. */
  readonly type: string
  readonly users: readonly string[]
  readonly groups: readonly string[]
}

/** `type;users;groups`. */
export function eventAcl(doc: string): Param<EventAcl> {
  return {doc, default: {type: '', users: [], groups: []}, unit: 'type;users;groups', read: readEventAcl}
}

function readEventAcl(given: string): EventAcl {
  const [type = '', users = '', groups = '', ...more] = given.split(';').map(part => part.trim())
  const lists = [users, groups].map(part => itemsOf(part))
  if (type === '' || more.length > 0 || lists.some(names => names.length === 0))
    throw new RangeError(`"${given}" is not type;users;groups, with * for all`)
  const wrong = lists.flat().find(name => name.startsWith('$') && !PATH.test(name))
  if (wrong !== undefined) throw new RangeError(`${wrong} is no path such as $.owner`)
  return {type, users: lists[0] ?? [], groups: lists[1] ?? []}
}

const PATH = /^\$(?:\.[\w-]+)+$/

/** What of an event decides who may see it, as text. */
export interface SeenEvent {
  readonly type: string
  readonly data: string
}

/** Whether somebody may see an event. */
export type EventTest = (event: SeenEvent, principal: Principal | undefined) => boolean

/** An event is seen when a rule is about its type, and all that are let the reader see it. */
export function eventTest(rules: readonly EventAcl[]): EventTest {
  const tests = rules.map(ruleTest)
  return (event, principal) => {
    const met = tests.filter(({isAbout}) => isAbout(event.type))
    return met.length > 0 && met.every(({maySee}) => maySee(event, principal))
  }
}

function ruleTest({type, users, groups}: EventAcl) {
  const pattern = new RegExp(`^${type.split('*').map(escaped).join('.*')}$`, 's')
  const isUser = namedBy(users)
  const isGroup = namedBy(groups)
  const maySee: EventTest = (event, principal) => {
    if (principal === undefined) return false
    return isUser(event, [principal.name]) && isGroup(event, principal.groups)
  }
  return {isAbout: (given: string) => pattern.test(given), maySee}
}

const escaped = (text: string) => text.replace(/[^\w]/g, '\\$&')

/** Whether one of the reader's names is in the list, or stands where the list's paths lead. */
function namedBy(list: readonly string[]): (event: SeenEvent, names: readonly string[]) => boolean {
  if (list.includes('*')) return () => true
  const paths = list.filter(name => name.startsWith('$')).map(path => path.split('.').slice(1))
  const known = new Set(list.filter(name => !name.startsWith('$')))
  return ({data}, names) => {
    if (names.some(name => known.has(name))) return true
    if (paths.length === 0) return false
    const json = parsed(data)
    const told = paths.flatMap(path => textsAt(json, path))
    return names.some(name => told.includes(name))
  }
}

/** Undefined for what is no JSON: it names nobody. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The texts that a path leads to, over the items of lists too. */
function textsAt(value: unknown, path: readonly string[]): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(item => textsAt(item, path))
  const [name, ...rest] = path
  if (name === undefined) return typeof value === 'string' ? [value] : []
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return []
  return textsAt(Reflect.get(value, name), rest)
}
