import {isAbsolute, join} from 'node:path'
import {problems as collection, type Problem, type Problems} from '../../common/problem.js'
import {readTopology, topologyNameOf} from '../../descriptor/read-topology.js'
import type {TopologyDescriptor} from '../../descriptor/topology-descriptor.js'
import {type SimpleDescriptor, topologyOf} from '../../dialects/simple-descriptor.js'
import type {HomeFile, HomeFileContent, HomeFiles} from './home-files.js'

const DESCRIPTORS = 'conf/descriptors'

/** A topology as its files say; one that is not whole has faults among its problems. */
export interface FoundTopology {
  readonly name: string
  readonly topology: TopologyDescriptor | undefined
  readonly problems: readonly Problem[]
}

/**
 * The topologies of `conf/descriptors`. One that asks for a discovery, which is not there, gives way to the topology
 * of its name that Knox has written: `written` are the names of these. Source: Knox, `SimpleDescriptorHandler`.
 */
export function simpleTopologies(
  files: HomeFiles,
  written: ReadonlySet<string>,
  problems: Problems,
): readonly FoundTopology[] {
  const names = files.list(DESCRIPTORS, problems).map(name => `${DESCRIPTORS}/${name}`)
  for (const file of names.filter(name => name.endsWith('.hxr')))
    problems.warning(
      'file-unused',
      startOf(file),
      'descriptors in the XML of Hadoop are not read; write them in JSON or YAML',
    )
  return names
    .filter(name => /\.(?:json|ya?ml)$/.test(name))
    .flatMap(name => files.read(name) ?? [])
    .flatMap(file => foundIn(file, files, written, problems))
}

const startOf = (file: string) => ({file, line: 1, column: 1})

function foundIn(file: HomeFile, files: HomeFiles, written: ReadonlySet<string>, problems: Problems) {
  const {content} = file
  const name = topologyNameOf(file.file)
  if (content.kind !== 'descriptor' || file.faulty)
    return [{name, topology: undefined, problems: [...file.problems, ...misplaced(content)]}]
  const {discovery, bare} = content.descriptor
  if (discovery && bare.length > 0 && written.has(name)) {
    problems.warning(
      'discovery-unavailable',
      discovery,
      `nothing is discovered here: the file that Knox wrote for ${name} is served as it is`,
    )
    return []
  }
  return [{name, ...composed(file, content.descriptor, files)}]
}

function misplaced(content: HomeFileContent): readonly Problem[] {
  if (content.kind !== 'providers') return []
  const message = 'a provider configuration belongs into conf/shared-providers'
  return [{severity: 'fault', code: 'root-unexpected', at: content.gateway.at, message}]
}

/** The topology of a descriptor, with the providers that it refers to. */
export function composed(
  {file, problems: own}: HomeFile,
  descriptor: SimpleDescriptor,
  files: HomeFiles,
): Pick<FoundTopology, 'topology' | 'problems'> {
  const problems = collection()
  tellBare(descriptor, problems)
  const providers = providersOf(descriptor, file, files, problems)
  const topology = providers && readTopology(file, topologyOf(descriptor, providers.gateway), problems)
  return {topology, problems: [...own, ...(providers?.problems ?? []), ...problems.all]}
}

function tellBare({bare, discovery}: SimpleDescriptor, problems: Problems): void {
  for (const {role, at} of bare)
    if (discovery) problems.fault('discovery-unavailable', at, `${role} has no urls, and nothing is discovered here`)
    else problems.warning('service-left-out', at, `${role} has neither urls nor params; it is left out, as in Knox`)
}

function providersOf({reference}: SimpleDescriptor, file: string, files: HomeFiles, problems: Problems) {
  if (!reference) return undefined
  const places = placesOf(reference.text, file)
  const found = places.flatMap(place => files.read(place) ?? []).at(0)
  if (found?.content.kind === 'providers') return {gateway: found.content.gateway, problems: found.problems}
  const what = found ? `${found.file} is no provider configuration` : `there is no ${places.join(', ')}`
  problems.fault('providers-unknown', reference.at, what)
  for (const {severity, code, at, message} of found?.problems ?? []) problems[severity](code, at, message)
  return undefined
}

/** Where a reference may lead, in order. Source: Knox, `SimpleDescriptorHandler.resolveProviderConfigurationReference`. */
function placesOf(reference: string, file: string): readonly string[] {
  const beside = join(file, '..', reference)
  if (reference.includes('/')) return isAbsolute(reference) ? [reference] : [beside]
  const shared = join(file, '../..', 'shared-providers', reference)
  return [beside, ...['', '.xml', '.json', '.yml', '.yaml'].map(ending => `${shared}${ending}`)]
}
