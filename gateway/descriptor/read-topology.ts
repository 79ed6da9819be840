import type {Problems} from '../common/problem.js'
import type {XmlElement} from '../xml/xml-element.js'
import {readDispatchElements} from './read-dispatch.js'
import {readParamsOf} from './read-params.js'
import type {Reading} from './reading.js'
import {isRoot} from './root.js'
import {unsentPart, urlMistake} from './service-url.js'
import {checkShape, type Shape, TEXT} from './shape.js'
import type {
  ProviderDescriptor,
  TopologyDescriptor,
  TopologyServiceDescriptor,
  UrlDescriptor,
} from './topology-descriptor.js'
import {childOf, childrenOf, isMisspeltIn, readFlag, requiredTextOf, textOf} from './values.js'

const TOPOLOGY: Shape = {
  once: ['name'],
  many: ['gateway', 'provider', 'service'],
  unused: ['path', 'version', 'application'],
  silent: ['generated', 'redeployTime'],
}
const PROVIDER: Shape = {once: ['role', 'name', 'enabled'], many: ['param']}
const SERVICE: Shape = {once: ['role', 'name', 'version', 'dispatch'], many: ['url', 'param']}

/**
 * The topology of a file whose root is `<topology>`, as far as it could be read: what is missing is empty, and a
 * fault. Whether its providers, definitions and params exist is for later. Source: Knox, `KnoxFormatXmlTopologyRules`, `topology-v1.xsd`.
 */
export function readTopology(file: string, root: XmlElement, problems: Problems): TopologyDescriptor {
  const reading: Reading = {problems, told: new Set()}
  if (isRoot(root, 'topology', reading)) checkShape(root, TOPOLOGY, reading)
  const name = topologyNameOf(file)
  const descriptor = {
    name,
    providers: readProviders(root, reading),
    services: readServices(root, reading),
    at: root.at,
  }
  if (!ADDRESSED.test(name)) tellUnaddressed(name, root, reading)
  tellOtherName(name, root, reading)
  tellEmpty(descriptor, root, reading)
  return descriptor
}

/** What a topology is called: the last part of its file's path, without the ending. */
export const topologyNameOf = (file: string) =>
  file.slice(file.search(/[^/\\]*$/)).replace(/\.(?:xml|conf|json|ya?ml)$/i, '')

/** What stands in a path as it is (RFC 3986 §3.3). */
const ADDRESSED = /^[\w.~!$&'()*+,;=:@-]+$/

function tellUnaddressed(name: string, root: XmlElement, {problems}: Reading): void {
  problems.fault(
    'topology-name',
    root.at,
    `no address can hold ${JSON.stringify(name)}, the name of the topology's file`,
  )
}

function tellOtherName(name: string, root: XmlElement, reading: Reading): void {
  const given = textOf(root, 'name', reading)
  if (given !== undefined && given !== name)
    reading.problems.warning(
      'element-unused',
      childOf(root, 'name')?.at ?? root.at,
      `<name> says ${given}; the topology is called ${name}, as its file`,
    )
}

function tellEmpty({services, providers, name}: TopologyDescriptor, root: XmlElement, {problems}: Reading): void {
  if (root.name !== 'topology' || services.length > 0 || childOf(root, 'application')) return
  if (isMisspeltIn(root, 'service') || isMisspeltIn(root, 'gateway')) return
  if (providers.length === 0) problems.fault('topology-empty', root.at, `${name} has neither services nor providers`)
  else problems.warning('topology-empty', root.at, `${name} has no services`)
}

function readProviders(root: XmlElement, reading: Reading): readonly ProviderDescriptor[] {
  for (const {at} of childrenOf(root, 'provider'))
    reading.problems.warning(
      'element-misplaced',
      at,
      '<provider> belongs into <gateway>; it counts as if it stood there',
    )
  const gateways = childrenOf(root, 'gateway')
  for (const gateway of gateways) checkShape(gateway, {many: ['provider']}, reading)
  return [root, ...gateways]
    .flatMap(parent => childrenOf(parent, 'provider'))
    .map(provider => readProvider(provider, reading))
}

function readProvider(provider: XmlElement, reading: Reading): ProviderDescriptor {
  checkShape(provider, PROVIDER, reading)
  return {
    role: requiredTextOf(provider, 'role', reading),
    name: requiredTextOf(provider, 'name', reading),
    enabled: readEnabled(provider, reading),
    params: readParamsOf(provider, reading),
    at: provider.at,
  }
}

/** Knox takes a provider without the element for switched off; here it must be said. */
function readEnabled(provider: XmlElement, reading: Reading): boolean {
  const text = requiredTextOf(provider, 'enabled', reading)
  return text !== '' && readFlag(text, childOf(provider, 'enabled')?.textAt ?? provider.at, '<enabled>', reading)
}

function readServices(root: XmlElement, reading: Reading): readonly TopologyServiceDescriptor[] {
  return childrenOf(root, 'service').map(service => {
    checkShape(service, SERVICE, reading)
    return {
      role: requiredTextOf(service, 'role', reading),
      name: textOf(service, 'name', reading),
      version: textOf(service, 'version', reading),
      urls: childrenOf(service, 'url').map(url => readUrl(url, reading)),
      params: readParamsOf(service, reading),
      dispatch: readDispatchElements(service, reading),
      at: service.at,
    }
  })
}

function readUrl(element: XmlElement, reading: Reading): UrlDescriptor {
  checkShape(element, TEXT, reading)
  const {textAt: at} = element
  const url = element.text.trim()
  const mistake = urlMistake(url)
  const unsent = unsentPart(url)
  if (mistake !== undefined) reading.problems.fault('url-invalid', at, `${JSON.stringify(url)} ${mistake}`)
  else if (unsent !== undefined)
    reading.problems.warning('url-unused', at, `${unsent} of the URL are never sent to the service`)
  return {url, at}
}
