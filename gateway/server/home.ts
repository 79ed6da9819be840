import {basename} from 'node:path'
import {problems as collection, type Problem, type Problems} from '../common/problem.js'
import type {TopologyDescriptor} from '../descriptor/topology-descriptor.js'
import {type Environment, siteOf} from '../site/read-site.js'
import type {Site} from '../site/site.js'
import {type Compiled, compilePlan} from '../topology/compile.js'
import {type DefinitionFiles, type DefinitionMemo, definitionMemo} from '../topology/definition.js'
import type {UnreadDefinition} from '../topology/definition-index.js'
import type {GatewayPlan} from '../topology/gateway-plan.js'
import {catalogue} from './catalogue.js'
import {type HomeFile, type HomeFiles, homeFiles} from './home-files.js'

/** Everything that the files of a home say. */
export interface LoadedHome {
  readonly plan: GatewayPlan
  readonly site: Site
  /** A fault of `gateway-site.xml` or the environment: the gateway does not start, and a reload changes nothing. */
  readonly siteFaulty: boolean
  /** Topologies that are not in the plan, by name: each with the problems that say why. */
  readonly refused: Readonly<Record<string, readonly Problem[]>>
  /** All problems, faults and warnings, in the order of files and lines. */
  readonly problems: readonly Problem[]
  readonly topologies: readonly TopologyDescriptor[]
  readonly definitions: readonly DefinitionFiles[]
  readonly cache: HomeCache
}

/** What makes the next load cheap. Scope: one home. */
export interface HomeCache {
  readonly home: string
  readonly files: HomeFiles
  readonly memo: DefinitionMemo
}

const SITE = 'conf/gateway-site.xml'
const TOPOLOGIES = 'conf/topologies'
const SERVICES = 'data/services'

/**
 * Reads the files of a home and makes a plan of them. With `previous`, of the same home, only what
 * has changed is read. Never throws for what files say; blocks while it reads.
 */
export function loadHome(home: string, environment: Environment, previous?: LoadedHome): LoadedHome {
  const cache = previous?.cache ?? {home, files: homeFiles(home), memo: definitionMemo()}
  const problems = collection()
  const site = readSite(cache.files, environment, problems)
  const siteFaulty = problems.faulty
  const {topologies, faulty} = readTopologies(cache.files, problems)
  const {definitions, unread} = readDefinitions(cache.files, problems)
  const compiled = compilePlan({topologies, definitions, unread, site, catalogue}, problems, cache.memo)
  return {
    ...withoutFaulty(compiled, faulty),
    site,
    siteFaulty,
    problems: inOrder(problems.all),
    topologies,
    definitions,
    cache,
  }
}

/** In the order in which one mends; what two steps found at one place is told once. */
function inOrder(found: readonly Problem[]): readonly Problem[] {
  const byPlace = new Map(found.map(problem => [placeOf(problem), problem]))
  return [...byPlace.values()].sort(
    ({at: one}, {at: other}) => compareText(one.file, other.file) || one.line - other.line || one.column - other.column,
  )
}

const placeOf = ({code, message, at: {file, line, column}}: Problem) =>
  `${file}:${line}:${column}: ${code}${code === 'url-invalid' ? '' : message}`

const compareText = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0)

/**
 * The plan to go on with after a reload: a topology with faults stays as it was, one whose file is
 * gone goes, and faults of the settings leave everything as it was.
 */
export function nextPlan(served: GatewayPlan, loaded: LoadedHome): GatewayPlan {
  if (loaded.siteFaulty) return served
  const kept = Object.entries(served.topologies).filter(([name]) => Object.hasOwn(loaded.refused, name))
  return {topologies: {...loaded.plan.topologies, ...Object.fromEntries(kept)}}
}

export function readSite(files: HomeFiles, environment: Environment, problems: Problems): Site {
  if (files.list('conf').length === 0)
    problems.fault('file-unreadable', startOf('conf'), 'the home has no folder conf, or nothing is in it')
  const file = files.read(SITE)
  tell(problemsOf(file, 'configuration'), problems)
  const properties = file?.content.kind === 'configuration' ? file.content.properties : []
  return siteOf(properties, environment, problems)
}

/** Topologies, and of those with faults the names and problems. */
interface ReadTopologies {
  readonly topologies: readonly TopologyDescriptor[]
  readonly faulty: ReadonlyMap<string, readonly Problem[]>
}

function readTopologies(files: HomeFiles, problems: Problems): ReadTopologies {
  const topologies: TopologyDescriptor[] = []
  const faulty = new Map<string, readonly Problem[]>()
  for (const file of topologyFiles(files)) {
    const own = problemsOf(file, 'topology')
    tell(own, problems)
    if (own.some(({severity}) => severity === 'fault')) faulty.set(basename(file.file, '.xml'), own)
    if (file.content.kind === 'topology' && file.content.topology) topologies.push(file.content.topology)
  }
  if (topologies.length + faulty.size === 0)
    problems.warning('topology-missing', startOf(TOPOLOGIES), 'there is no topology: nothing is served')
  return {topologies, faulty}
}

/** All of `conf/topologies`; of `conf` those that are topologies, or mean to be. */
function topologyFiles(files: HomeFiles): readonly HomeFile[] {
  const meant = ({content}: HomeFile) =>
    content.kind === 'topology' || (content.kind === 'other' && content.root === 'topology')
  return [...filesIn(TOPOLOGIES, files), ...filesIn('conf', files).filter(meant)]
}

const filesIn = (folder: string, files: HomeFiles) =>
  files
    .list(folder)
    .filter(name => name.endsWith('.xml'))
    .flatMap(name => files.read(`${folder}/${name}`) ?? [])

/** Definitions, and the files of which not even the role is sure. */
export interface ReadDefinitions {
  readonly definitions: readonly DefinitionFiles[]
  readonly unread: readonly UnreadDefinition[]
}

export function readDefinitions(files: HomeFiles, problems: Problems): ReadDefinitions {
  const definitions: DefinitionFiles[] = []
  const unread: UnreadDefinition[] = []
  for (const name of files.list(SERVICES)) {
    for (const version of files.list(`${SERVICES}/${name}`)) {
      const folder = `${SERVICES}/${name}/${version}`
      const {definition, doubt} = readDefinition(folder, name, files, problems)
      if (definition) definitions.push(definition)
      if (doubt) unread.push(doubt)
    }
  }
  return {definitions, unread}
}

interface ReadDefinition {
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
  const broken = own.some(({severity}) => severity === 'fault')
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

export function tell(found: readonly Problem[], problems: Problems): void {
  for (const {severity, code, at, message} of found) problems[severity](code, at, message)
}

const startOf = (file: string) => ({file, line: 1, column: 1})

/** Topologies whose files hold faults do not count, even when a plan could be made of the rest. */
function withoutFaulty({plan, refused}: Compiled, faulty: ReadonlyMap<string, readonly Problem[]>): Compiled {
  const sound = Object.entries(plan.topologies).filter(([name]) => !faulty.has(name))
  return {plan: {topologies: Object.fromEntries(sound)}, refused: {...refused, ...Object.fromEntries(faulty)}}
}
