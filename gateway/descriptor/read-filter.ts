import type {XmlElement} from '../xml/xml-element.js'
import {EVENT_PARTS, readEventParts} from './read-event-parts.js'
import type {Reading} from './reading.js'
import type {ContentDescriptor, FilterDescriptor, FilterPartDescriptor} from './rewrite-descriptor.js'
import {checkShape} from './shape.js'
import {childrenOf, requiredAttribute} from './values.js'

/** Which parts may stand in which. Source: Knox, `XmlRewriteRulesDigester`. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  content: ['apply', 'buffer', 'scope'],
  scope: ['apply'],
  buffer: ['apply', 'detect'],
  detect: ['apply'],
}

const EVENT_STREAM = 'text/event-stream'

const partsIn = (name: string) => PARTS[name] ?? []

/** `<filter>`: what of a body or of headers is rewritten. */
export function readFilter(filter: XmlElement, reading: Reading): FilterDescriptor {
  checkShape(filter, {attributes: ['name'], many: ['content']}, reading)
  return {
    name: requiredAttribute(filter, 'name', reading),
    contents: childrenOf(filter, 'content').map(content => readContent(content, reading)),
    at: filter.at,
  }
}

function readContent(content: XmlElement, reading: Reading): ContentDescriptor {
  const isOfEvents = content.attributes.get('type')?.value.trim().toLowerCase() === EVENT_STREAM
  const many = isOfEvents ? EVENT_PARTS : partsIn('content')
  checkShape(content, {attributes: ['type', 'asType'], many}, reading)
  return {
    type: requiredAttribute(content, 'type', reading),
    asType: content.attributes.get('asType')?.value,
    parts: isOfEvents ? [] : readParts(content, reading),
    ...(isOfEvents ? {events: readEventParts(content, reading)} : {}),
    at: content.at,
  }
}

function readParts(parent: XmlElement, reading: Reading): readonly FilterPartDescriptor[] {
  const known = partsIn(parent.name)
  return parent.children.filter(({name}) => known.includes(name)).flatMap(part => readPart(part, reading) ?? [])
}

function readPart(part: XmlElement, reading: Reading): FilterPartDescriptor | undefined {
  const {name: kind, at} = part
  checkShape(part, {attributes: ['path', ...(OWN_ATTRIBUTES[kind] ?? [])], many: partsIn(kind)}, reading)
  const path = requiredAttribute(part, 'path', reading)
  switch (kind) {
    case 'apply':
      return {kind, path, rule: part.attributes.get('rule')?.value, at}
    case 'scope':
    case 'buffer':
      return {kind, path, parts: readParts(part, reading), at}
    case 'detect':
      return {kind, path, value: requiredAttribute(part, 'value', reading), parts: readParts(part, reading), at}
    default:
      return undefined
  }
}

const OWN_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {apply: ['rule'], detect: ['value']}
