import {existsSync} from 'node:fs'
import {basename, dirname, join, resolve} from 'node:path'
import {problems as collection, type Problem, type Problems} from '../../common/problem.js'
import {readTopology} from '../../descriptor/read-topology.js'
import type {TopologyDescriptor} from '../../descriptor/topology-descriptor.js'
import {element} from '../../dialects/elements.js'
import type {SimpleDescriptor} from '../../dialects/simple-descriptor.js'
import {aliasesOf} from '../../secrets/aliases.js'
import {type Environment, siteOf} from '../../site/read-site.js'
import {compilePlan, type PlanSources} from '../../topology/compile.js'
import type {XmlElement} from '../../xml/xml-element.js'
import {catalogue} from '../catalogue.js'
import {type HomeFile, type HomeFiles, homeFiles} from './home-files.js'
import {readDefinition, readDefinitions, readSite, tell} from './read-home.js'
import {composed} from './simple-topologies.js'

/**
 * The problems of single files, each judged by its root element and with its siblings: a topology
 * with the definitions of its home (or of `home`, when it lies in none), `service.xml` and
 * `rewrite.xml` with each other. Paths stand in problems as given. Blocks while it reads.
 */
export function checkFiles(home: string, paths: readonly string[], environment: Environment): readonly Problem[] {
  const files = homeFiles('.')
  const found = paths.flatMap(path => checkFile(path, {files, home, environment}))
  return found.filter((problem, i) => found.findIndex(other => sameProblem(problem, other)) === i)
}

interface CheckContext {
  readonly files: HomeFiles
  readonly home: string
  readonly environment: Environment
}

function checkFile(path: string, context: CheckContext): readonly Problem[] {
  const problems = collection()
  const file = context.files.read(path)
  if (!file) problems.fault('file-unreadable', startOf(path), 'there is no such file')
  else if (file.content.kind === 'service' || file.content.kind === 'rules') checkDefinition(path, context, problems)
  else {
    tell(file.problems, problems)
    checkContent(file, context, problems)
  }
  return problems.all
}

function checkContent(home: HomeFile, context: CheckContext, problems: Problems): void {
  const {file, content, faulty} = home
  if (content.kind === 'configuration') siteOf(content.properties, {}, problems)
  else if (content.kind === 'topology' && content.topology) checkTopology(content.topology, file, context, problems)
  else if (content.kind === 'descriptor') checkDescriptor(home, content.descriptor, context, problems)
  else if (content.kind === 'providers') checkProviders(content.gateway, problems)
  else if (content.kind === 'other' && !faulty)
    problems.fault(
      'root-unexpected',
      startOf(file),
      `the root element is <${content.root}>, not <topology>, <gateway>, <service>, <rules> or <configuration>`,
    )
}

/** With the providers that it refers to. */
function checkDescriptor(
  file: HomeFile,
  descriptor: SimpleDescriptor,
  context: CheckContext,
  problems: Problems,
): void {
  const found = composed(file, descriptor, context.files)
  tell(found.problems, problems)
  if (found.topology) checkTopology(found.topology, file.file, context, problems)
}

/** Whether they have what they need is known by the topology that refers to them. */
function checkProviders(gateway: XmlElement, problems: Problems): void {
  const found = collection()
  readTopology(gateway.at.file, element('topology', gateway.at, [gateway]), found)
  tell(
    found.all.filter(({code}) => code !== 'topology-empty'),
    problems,
  )
}

function checkTopology(topology: TopologyDescriptor, file: string, context: CheckContext, problems: Problems): void {
  const sources = sourcesOf(homeOf(file) ?? context.home, context.environment)
  judge({...sources, topologies: [topology]}, [file], problems)
}

function checkDefinition(path: string, {files, home, environment}: CheckContext, problems: Problems): void {
  const folder = dirname(path)
  const {definition} = readDefinition(folder, basename(dirname(folder)), files, problems)
  if (!definition) return
  const {role, name, version} = definition.service
  const sources = sourcesOf(homeOf(path) ?? home, environment)
  const others = sources.definitions.filter(
    ({service}) => !(service.role === role && service.name === name && service.version === version),
  )
  const own = [join(folder, 'service.xml'), join(folder, 'rewrite.xml')]
  judge({...sources, definitions: [definition, ...others], topologies: []}, own, problems)
}

/** Tells what a plan says of some files. */
function judge(sources: PlanSources, files: readonly string[], problems: Problems): void {
  const found = collection()
  compilePlan(sources, found)
  tell(
    found.all.filter(({at}) => files.includes(at.file)),
    problems,
  )
}

function sourcesOf(home: string, environment: Environment): PlanSources {
  const files = homeFiles(home)
  const aside = collection()
  return {
    topologies: [],
    ...readDefinitions(files, aside),
    site: readSite(files, environment, aside),
    catalogue,
    aliases: aliasesOf(home, environment).find,
  }
}

/** The nearest folder above a file that has services. */
function homeOf(path: string): string | undefined {
  for (let folder = dirname(resolve(path)); folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, 'data', 'services'))) return folder
  return undefined
}

const sameProblem = (one: Problem, other: Problem) =>
  one.code === other.code &&
  one.message === other.message &&
  one.at.file === other.at.file &&
  one.at.line === other.at.line &&
  one.at.column === other.at.column

const startOf = (file: string) => ({file, line: 1, column: 1})
