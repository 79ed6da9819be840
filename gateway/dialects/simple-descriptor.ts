import type {Problems, SourceLocation} from '../common/problem.js'
import type {XmlElement} from '../xml/xml-element.js'
import type {DataEntry, DataNode} from './data.js'
import {element, fieldsOf, itemsOf, paramElements, textElement} from './elements.js'

/** A topology that leaves its providers to another file. Source: Knox, `SimpleDescriptorImpl`. */
export interface SimpleDescriptor {
  /** Which file has the providers; undefined, with a fault, when it does not say. */
  readonly reference: {readonly text: string; readonly at: SourceLocation} | undefined
  readonly services: readonly XmlElement[]
  /** Services that have neither URLs nor params: whoever has a discovery finds their URLs. */
  readonly bare: readonly {readonly role: string; readonly at: SourceLocation}[]
  /** Where it asks for a discovery. */
  readonly discovery: SourceLocation | undefined
  readonly at: SourceLocation
}

const KEYS = [
  'provider-config-ref',
  'services',
  'applications',
  'discovery-type',
  'discovery-address',
  'discovery-user',
  'discovery-pwd-alias',
  'cluster',
  'read-only',
  'provision-encrypt-query-string-credential',
]

/** Reads a file of `conf/descriptors`. */
export function readSimpleDescriptor(root: DataNode, problems: Problems): SimpleDescriptor {
  const fields = fieldsOf('a descriptor', root, KEYS, problems)
  const items = fields.get('services')
  const services = items ? itemsOf('services', items.value, problems).map(item => readService(item, problems)) : []
  const unused = fields.get('applications')
  if (unused)
    problems.warning(
      'element-unused',
      unused.at,
      'applications of a descriptor are known to Knox and have no effect here',
    )
  return {
    reference: referenceOf(fields.get('provider-config-ref'), root, problems),
    services: services.filter(({isBare}) => !isBare).map(each => each.service),
    bare: services.filter(({isBare}) => isBare).map(({role, service: {at}}) => ({role, at})),
    discovery: asksFor(fields.get('discovery-type')) && asksFor(fields.get('discovery-address')),
    at: root.at,
  }
}

const textOf = (entry: DataEntry | undefined) => (entry?.value.kind === 'text' ? entry.value.text.trim() : '')

const asksFor = (entry: DataEntry | undefined) => (textOf(entry) === '' ? undefined : entry?.at)

function referenceOf(entry: DataEntry | undefined, {at}: DataNode, problems: Problems): SimpleDescriptor['reference'] {
  const text = textOf(entry)
  if (entry && text !== '') return {text, at: entry.value.at}
  problems.fault('element-missing', entry?.at ?? at, 'provider-config-ref names no file with providers')
  return undefined
}

/** Knox's own services, which need neither. Source: Knox, `SimpleDescriptorHandler`. */
const OWN = ['KNOX', 'KNOX-METADATA', 'KNOXSSOUT', 'KNOX-SESSION', 'APIKEY', 'CLIENTID', 'HEALTH']

/** Params for discoveries begin so. */
const DISCOVERY = 'discovery-'

interface ReadService {
  readonly role: string
  readonly service: XmlElement
  readonly isBare: boolean
}

function readService(item: DataNode, problems: Problems): ReadService {
  const fields = fieldsOf('a service', item, ['name', 'version', 'params', 'urls'], problems)
  const text = (key: string, as: string) =>
    [fields.get(key)].flatMap(field => (field ? textElement(as, field.value, problems) : []))
  const role = textOf(fields.get('name'))
  const urls = fields.get('urls')
  const addresses = urls ? itemsOf('urls', urls.value, problems).flatMap(url => textElement('url', url, problems)) : []
  const params = paramElements(fields.get('params')?.value, problems, key => !key.startsWith(DISCOVERY))
  return {
    role,
    isBare: addresses.length + params.length === 0 && !OWN.includes(role),
    service: element('service', item.at, [
      ...text('name', 'role'),
      ...text('version', 'version'),
      ...addresses,
      ...params,
    ]),
  }
}

/** The `<topology>` that Knox would write. Source: Knox, `SimpleDescriptorHandler.generateTopology`. */
export const topologyOf = ({services, at}: SimpleDescriptor, gateway: XmlElement): XmlElement =>
  element('topology', at, [gateway, ...services])
