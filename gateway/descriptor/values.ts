import type {SourceLocation} from '../common/problem.js'
import {nearest} from '../common/suggest.js'
import type {XmlElement} from '../xml/xml-element.js'
import type {Reading} from './reading.js'
import {checkShape, TEXT} from './shape.js'

/** The children of a name. */
export function childrenOf({children}: XmlElement, name: string): readonly XmlElement[] {
  return children.filter(child => child.name === name)
}

/** The first child of a name. */
export function childOf({children}: XmlElement, name: string): XmlElement | undefined {
  return children.find(child => child.name === name)
}

/** The text of a child, without the blanks around it; undefined when there is no such child, or no text in it. */
export function textOf(element: XmlElement, name: string, reading: Reading): string | undefined {
  const child = childOf(element, name)
  if (!child) return undefined
  checkShape(child, TEXT, reading)
  const text = child.text.trim()
  return text === '' ? undefined : text
}

/** Whether one of these names is meant to be another: then it was told of as unknown, and the other is not missing as well. */
const isMisspelt = (name: string, given: Iterable<string>): boolean =>
  [...given].some(each => each !== name && nearest(each, [name]) !== undefined)

/** Whether an element that must be there is in its parent under a misspelt name. */
export const isMisspeltIn = ({children}: XmlElement, name: string): boolean =>
  isMisspelt(
    name,
    children.map(child => child.name),
  )

/** The text of a child that must be there; without it a fault is told. */
export function requiredTextOf(element: XmlElement, name: string, reading: Reading): string {
  const text = textOf(element, name, reading)
  if (text !== undefined) return text
  const child = childOf(element, name)
  if (!child && isMisspeltIn(element, name)) return ''
  const what = child ? `<${name}> of <${element.name}> is empty` : `<${element.name}> has no <${name}>`
  reading.problems.fault('element-missing', child?.at ?? element.at, what)
  return ''
}

/** The value of an attribute that must be there and say something; without it a fault is told. */
export function requiredAttribute(element: XmlElement, name: string, reading: Reading): string {
  const value = element.attributes.get(name)?.value
  if (value !== undefined && value.trim() !== '') return value
  if (value === undefined && isMisspelt(name, element.attributes.keys())) return ''
  const what =
    value === undefined ? `<${element.name}> has no attribute ${name}` : `${name} of <${element.name}> is empty`
  reading.problems.fault('attribute-missing', placeOf(element, name), what)
  return ''
}

/** The value of an attribute that has several spellings; two at once are a fault. */
export function aliasedAttribute(
  {name: element, attributes}: XmlElement,
  names: readonly string[],
  reading: Reading,
): string | undefined {
  const [first, second] = names.filter(name => attributes.has(name))
  if (first === undefined) return undefined
  const twin = second === undefined ? undefined : attributes.get(second)
  if (twin)
    reading.problems.fault('attribute-duplicate', twin.at, `${first} and ${second} of <${element}> are the same`)
  return attributes.get(first)?.value
}

/** Where an attribute stands; its element when it is not there. */
export function placeOf({attributes, at}: XmlElement, name: string): SourceLocation {
  return attributes.get(name)?.at ?? at
}

const YES = ['true', 'yes', 'y', 'on', '1']
const NO = ['false', 'no', 'n', 'off', '0']

/** A yes or no as Knox reads it, any case (commons-beanutils, `BooleanConverter`); other words are a fault. */
export function readFlag(text: string, at: SourceLocation, what: string, {problems}: Reading): boolean {
  const word = text.trim().toLowerCase()
  if (!YES.includes(word) && !NO.includes(word))
    problems.fault('value-invalid', at, `${what} is ${JSON.stringify(text)}, neither true nor false`)
  return YES.includes(word)
}

/** One of some words; any other is a fault, and gives `otherwise`. */
export function readWord<const W extends string>(
  text: string,
  words: readonly W[],
  otherwise: W,
  at: SourceLocation,
  what: string,
  {problems}: Reading,
): W {
  const word = words.find(each => each === text)
  if (word !== undefined) return word
  const near = nearest(text, words)
  const meant = near === undefined ? `; it may be ${words.join(', ')}` : `: did you mean ${near}?`
  problems.fault('value-invalid', at, `${what} is ${JSON.stringify(text)}${meant}`)
  return otherwise
}

/** Tells of a name that could not stand in a path, or would lead out of one. */
export function checkName(name: string, at: SourceLocation, what: string, {problems}: Reading): void {
  if (name !== '' && !/^[A-Za-z0-9][\w.-]*$/.test(name))
    problems.fault('name-invalid', at, `${what} is ${JSON.stringify(name)}: letters, digits, ".", "-" and "_" only`)
}
