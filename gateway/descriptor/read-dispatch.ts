import type {SourceLocation} from '../common/problem.js'
import type {XmlElement} from '../xml/xml-element.js'
import {readParamsOf} from './read-params.js'
import type {Reading} from './reading.js'
import {checkShape} from './shape.js'
import type {DispatchDescriptor} from './topology-descriptor.js'
import {childOf, placeOf, readFlag, textOf} from './values.js'

/** Source: Knox, `CustomDispatch`. */
const PARTS = [
  'contributor-name',
  'ha-contributor-name',
  'classname',
  'ha-classname',
  'http-client-factory',
  'use-two-way-ssl',
] as const

type PartName = (typeof PARTS)[number]

interface Part {
  readonly text: string
  readonly at: SourceLocation
}

type FindPart = (name: PartName) => Part | undefined

/** `<dispatch classname="…"/>` as definitions write it. */
export function readDispatchAttributes(parent: XmlElement, reading: Reading): DispatchDescriptor | undefined {
  const dispatch = childOf(parent, 'dispatch')
  if (!dispatch) return undefined
  checkShape(dispatch, {attributes: PARTS, many: ['param']}, reading)
  return readParts(dispatch, reading, name => {
    const text = dispatch.attributes.get(name)?.value.trim()
    return text ? {text, at: placeOf(dispatch, name)} : undefined
  })
}

/** `<dispatch><classname>…</classname></dispatch>` as topologies write it. */
export function readDispatchElements(parent: XmlElement, reading: Reading): DispatchDescriptor | undefined {
  const dispatch = childOf(parent, 'dispatch')
  if (!dispatch) return undefined
  checkShape(dispatch, {once: PARTS, many: ['param']}, reading)
  return readParts(dispatch, reading, name => {
    const text = textOf(dispatch, name, reading)
    return text === undefined ? undefined : {text, at: childOf(dispatch, name)?.textAt ?? dispatch.at}
  })
}

function readParts(dispatch: XmlElement, reading: Reading, find: FindPart): DispatchDescriptor {
  const ssl = find('use-two-way-ssl')
  return {
    className: find('classname')?.text,
    haClassName: find('ha-classname')?.text,
    contributorName: find('contributor-name')?.text,
    haContributorName: find('ha-contributor-name')?.text,
    httpClientFactory: find('http-client-factory')?.text,
    useTwoWaySsl: ssl !== undefined && readFlag(ssl.text, ssl.at, 'use-two-way-ssl', reading),
    params: readParamsOf(dispatch, reading),
    at: dispatch.at,
  }
}
