import {decodeReferences} from './references.js'
import type {AttributeMark, ElementMark, OpenElement} from './scan-state.js'
import {XmlFault} from './xml-fault.js'

const XML = 'http://www.w3.org/XML/1998/namespace'
const XMLNS = 'http://www.w3.org/2000/xmlns/'
const DECLARES = 'xmlns:'
const NONE: ReadonlyMap<string, string> = new Map()

type Attributes = ReadonlyMap<string, AttributeMark>

/** The prefixes that an element binds by `xmlns:…`. Throws XmlFault for one that may not be bound so (Namespaces in XML §3). */
export function boundBy(attributes: Attributes): ReadonlyMap<string, string> {
  let bound: Map<string, string> | undefined
  for (const [name, {at, raw}] of attributes) {
    if (!name.startsWith(DECLARES)) continue
    const prefix = name.slice(DECLARES.length)
    const uri = decodeReferences(raw)
    if (uri === '' || uri === XMLNS || prefix === 'xmlns' || (prefix === 'xml') !== (uri === XML))
      throw unfit(at, `${name} may not be ${JSON.stringify(uri)}`)
    bound ??= new Map()
    bound.set(prefix, uri)
  }
  return bound ?? NONE
}

/** Throws XmlFault for a prefix that is not bound, and for two prefixed attributes that are the same one (§5, §6.3). */
export function checkPrefixes({name, at, attributes}: ElementMark, open: readonly OpenElement[]): void {
  if (name.includes(':')) namespaceOf(name, at, open)
  let seen: Set<string> | undefined
  for (const [attribute, mark] of attributes) {
    if (!attribute.includes(':') || attribute.startsWith(DECLARES)) continue
    const expanded = `${attribute.slice(attribute.indexOf(':'))} ${namespaceOf(attribute, mark.at, open)}`
    if (seen?.has(expanded)) throw unfit(mark.at, `<${name}> has ${attribute} twice, under two prefixes`)
    seen ??= new Set()
    seen.add(expanded)
  }
}

function namespaceOf(name: string, at: number, open: readonly OpenElement[]): string {
  const prefix = name.slice(0, name.indexOf(':'))
  const uri = prefix === 'xml' ? XML : open.findLast(({prefixes}) => prefixes.has(prefix))?.prefixes.get(prefix)
  if (uri === undefined) throw unfit(at, `the prefix of ${name} is bound to no namespace: xmlns:${prefix} is missing`)
  return uri
}

const unfit = (at: number, message: string) => new XmlFault('xml-namespace', at, message)
