import {type Problem, type Problems, refuses} from '../../common/problem.js'
import {topologyNameOf} from '../../descriptor/read-topology.js'
import type {TopologyDescriptor} from '../../descriptor/topology-descriptor.js'
import {type Environment, siteOf} from '../../site/read-site.js'
import type {Site} from '../../site/site.js'
import type {DefinitionFiles} from '../../topology/definition.js'
import type {UnreadDefinition} from '../../topology/definition-index.js'
import {type HomeFile, type HomeFiles, isUnread} from './home-files.js'
import {type FoundTopology, simpleTopologies} from './simple-topologies.js'

const SITE = 'conf/gateway-site.xml'
const TOPOLOGIES = 'conf/topologies'
const SERVICES = 'data/services'

/** The settings of a home; absent ones have their default. */
export function readSite(files: HomeFiles, environment: Environment, problems: Problems): Site {
  if (files.list('conf', problems).length === 0)
    problems.fault(
      'file-unreadable',
      startOf('conf'),
      'the home has no folder conf, or nothing is in it; --home or GATEWAY_HOME names another',
    )
  const file = files.read(SITE)
  tell(problemsOf(file, 'configuration'), problems)
  const properties = file?.content.kind === 'configuration' ? file.content.properties : []
  return siteOf(properties, environment, problems)
}

/** Topologies, and of those with faults the names and problems. */
export interface ReadTopologies {
  readonly topologies: readonly TopologyDescriptor[]
  readonly faulty: ReadonlyMap<string, readonly Problem[]>
}

/** The topologies of a home; of those of one name a descriptor's goes before a file that Knox may have written of it. */
export function readTopologies(files: HomeFiles, problems: Problems): ReadTopologies {
  const written = topologyFiles(files, problems).map(foundIn)
  const simple = simpleTopologies(files, new Set(written.map(({name}) => name)), problems)
  const found = [...simple, ...written]
  const topologies: TopologyDescriptor[] = []
  const faulty = new Map<string, readonly Problem[]>()
  const known = new Set<string>()
  for (const {name, topology, problems: own} of found) {
    tell(own, problems)
    if (!known.has(name) && own.some(refuses)) faulty.set(name, own)
    if (topology) topologies.push(topology)
    known.add(name)
  }
  if (found.length === 0)
    problems.warning('topology-missing', startOf(TOPOLOGIES), 'there is no topology: nothing is served')
  return {topologies, faulty}
}

const foundIn = (file: HomeFile): FoundTopology => ({
  name: topologyNameOf(file.file),
  topology: file.content.kind === 'topology' ? file.content.topology : undefined,
  problems: problemsOf(file, 'topology'),
})

/** All of `conf/topologies`; of `conf` those that are topologies, or mean to be, or may be since they cannot be read. */
function topologyFiles(files: HomeFiles, problems: Problems): readonly HomeFile[] {
  const meant = (file: HomeFile) =>
    file.content.kind === 'topology' || (file.content.kind === 'other' && file.content.root === 'topology')
  return [
    ...filesIn(TOPOLOGIES, /\.(?:xml|conf)$/, files, problems),
    ...filesIn('conf', /\.xml$/, files, problems).filter(file => meant(file) || isUnread(file)),
  ]
}

const filesIn = (folder: string, ending: RegExp, files: HomeFiles, problems: Problems) =>
  files
    .list(folder, problems)
    .filter(name => ending.test(name))
    .flatMap(name => files.read(`${folder}/${name}`) ?? [])

/** Definitions, and the files of which not even the role is sure. */
export interface ReadDefinitions {
  readonly definitions: readonly DefinitionFiles[]
  readonly unread: readonly UnreadDefinition[]
}

/** The service definitions of a home. */
export function readDefinitions(files: HomeFiles, problems: Problems): ReadDefinitions {
  const definitions: DefinitionFiles[] = []
  const unread: UnreadDefinition[] = []
  for (const name of files.list(SERVICES, problems)) {
    for (const version of files.list(`${SERVICES}/${name}`, problems)) {
      const folder = `${SERVICES}/${name}/${version}`
      const {definition, doubt} = readDefinition(folder, name, files, problems)
      if (definition) definitions.push(definition)
      if (doubt) unread.push(doubt)
    }
  }
  return {definitions, unread}
}

/** What a folder gives: a definition, or the doubt which it may be. */
export interface ReadDefinition {
  readonly definition?: DefinitionFiles
  readonly doubt?: UnreadDefinition
}

/** Reads `service.xml` and `rewrite.xml` of a folder. */
export function readDefinition(folder: string, name: string, files: HomeFiles, problems: Problems): ReadDefinition {
  const service = files.read(`${folder}/service.xml`)
  const rewrite = files.read(`${folder}/rewrite.xml`)
  const own = [...problemsOf(service, 'service'), ...problemsOf(rewrite, 'rules')]
  tell(own, problems)
  if (!service) {
    if (rewrite) problems.warning('definition-incomplete', startOf(rewrite.file), 'there is no service.xml beside it')
    return {}
  }
  const {content} = service
  if (content.kind !== 'service' || !content.service)
    return {doubt: {file: service.file, role: content.kind === 'service' ? content.role : undefined, name}}
  const rules = rewrite?.content.kind === 'rules' ? rewrite.content.rewrite : undefined
  const broken = own.some(refuses)
  return {definition: {service: content.service, rewrite: rules, broken}}
}

function problemsOf(file: HomeFile | undefined, kind: HomeFile['content']['kind']): readonly Problem[] {
  if (!file) return []
  return file.content.kind === kind ? file.problems : [...file.problems, ...wrongRoot(file, kind)]
}

/** A file that is well-formed and yet something else than its place says. */
function wrongRoot({file, content, faulty}: HomeFile, wanted: string): readonly Problem[] {
  const root = content.kind === 'other' ? content.root : content.kind
  if (faulty || root === undefined) return []
  const message = `the root element is <${root}>, not <${wanted}>`
  return [{severity: 'fault', code: 'root-unexpected', message, at: startOf(file)}]
}

/** Adds problems to others. */
export function tell(found: readonly Problem[], problems: Problems): void {
  for (const {severity, code, at, message} of found) problems[severity](code, at, message)
}

const startOf = (file: string) => ({file, line: 1, column: 1})
