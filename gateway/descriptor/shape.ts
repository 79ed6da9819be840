import {nearest} from '../common/suggest.js'
import type {XmlElement} from '../xml/xml-element.js'
import type {Reading} from './reading.js'

/** What may stand in an element. */
export interface Shape {
  readonly attributes?: readonly string[]
  /** Elements that may be there once. */
  readonly once?: readonly string[]
  /** Elements that may be there any number of times. */
  readonly many?: readonly string[]
  /** Elements that mean something to Knox and nothing here: told once for each file. */
  readonly unused?: readonly string[]
  /** Elements that only inform people, or Knox's own tools: not told. */
  readonly silent?: readonly string[]
  /** Whether it holds text. */
  readonly text?: boolean
}

/** An element of text alone. */
export const TEXT: Shape = {text: true}

/** Tells of everything in an element that may not stand there. Its children are for their own readers. */
export function checkShape(element: XmlElement, shape: Shape, reading: Reading): void {
  checkAttributes(element, shape, reading)
  checkChildren(element, shape, reading)
  if (!shape.text && element.text.trim() !== '')
    reading.problems.warning(
      'text-unexpected',
      element.textAt,
      `text in <${element.name}> has no effect: ${shown(element.text)}`,
    )
}

function checkAttributes({name: element, attributes}: XmlElement, shape: Shape, {problems}: Reading): void {
  const allowed = shape.attributes ?? []
  for (const [name, {at}] of attributes) {
    if (allowed.includes(name) || OF_XML.test(name)) continue
    const meant = elementsOf(shape).includes(name) ? `: write it as an element <${name}>` : hint(name, allowed)
    problems.fault('attribute-unknown', at, `unknown attribute ${name} of <${element}>${meant}`)
  }
}

/** Attributes that may stand anywhere, without a meaning here: namespaces, and what belongs to XML and its schemas. */
const OF_XML = /^(xmlns$|xmlns:|xml:|xsi:)/

function checkChildren({name: parent, children}: XmlElement, shape: Shape, reading: Reading): void {
  if (children.length === 0) return
  const known = elementsOf(shape)
  const seen = new Set<string>()
  for (const child of children) {
    if (!known.includes(child.name)) tellUnknown(child, parent, shape, reading)
    else if (shape.unused?.includes(child.name)) tellUnused(child, parent, reading)
    else if (shape.once?.includes(child.name) && seen.has(child.name))
      reading.problems.fault('element-duplicate', child.at, `<${child.name}> is in <${parent}> twice`)
    seen.add(child.name)
  }
}

function tellUnknown({name, at}: XmlElement, parent: string, shape: Shape, {problems}: Reading): void {
  const meant = shape.attributes?.includes(name)
    ? `: write it as an attribute, ${name}="…"`
    : hint(
        `<${name}>`,
        elementsOf(shape).map(each => `<${each}>`),
      )
  problems.fault('element-unknown', at, `unknown element <${name}> in <${parent}>${meant}`)
}

function tellUnused({name, at}: XmlElement, parent: string, {problems, told}: Reading): void {
  if (told.has(name)) return
  told.add(name)
  problems.warning('element-unused', at, `<${name}> of <${parent}> is known to Knox and has no effect here`)
}

const elementsOf = ({once = [], many = [], unused = [], silent = []}: Shape) => [...once, ...many, ...unused, ...silent]

/** What was meant, or else what may stand there. */
function hint(given: string, allowed: readonly string[]): string {
  const meant = nearest(given, allowed)
  if (meant !== undefined) return `: did you mean ${meant}?`
  return allowed.length > 0 ? `; there may be ${allowed.join(', ')}` : ''
}

function shown(text: string): string {
  const [line = ''] = text.trim().split('\n', 1)
  return JSON.stringify(line.length > 40 ? `${line.slice(0, 40)}…` : line)
}
