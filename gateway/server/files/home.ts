import {problems as collection, type Problem, type Problems} from '../../common/problem.js'
import {suggestion} from '../../common/suggest.js'
import type {TopologyDescriptor} from '../../descriptor/topology-descriptor.js'
import {type Aliases, aliasesOf} from '../../secrets/aliases.js'
import {type KeyFor, ownKeys} from '../../secrets/own-key.js'
import type {Environment} from '../../site/read-site.js'
import type {Site} from '../../site/site.js'
import {type Compiled, compilePlan} from '../../topology/compile.js'
import {type DefinitionFiles, type DefinitionMemo, definitionMemo} from '../../topology/definition.js'
import type {GatewayPlan} from '../../topology/gateway-plan.js'
import {leavesOutMore} from '../../topology/left-out.js'
import {catalogue} from '../catalogue.js'
import {type HomeFiles, homeFiles} from './home-files.js'
import {readDefinitions, readSite, readTopologies} from './read-home.js'
import {checkTlsFiles} from './tls-files.js'
import {withoutUnused} from './unused-definitions.js'

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
  readonly aliases: Aliases
  readonly keyFor: KeyFor
}

/**
 * Reads the files of a home and makes a plan of them. With `previous`, of the same home, only what
 * has changed is read. Never throws for what files say; blocks while it reads.
 */
export function loadHome(home: string, environment: Environment, previous?: LoadedHome): LoadedHome {
  const cache = previous?.cache ?? newCache(home, environment)
  const problems = collection()
  const site = readSite(cache.files, environment, problems)
  checkTlsFiles({settings: site.settings, home, aliases: cache.aliases}, environment, problems)
  const siteFaulty = problems.faulty
  noteSecrets(cache.files, problems)
  const {topologies, faulty} = readTopologies(cache.files, problems)
  tellNoDefault(site, [...faulty.keys(), ...topologies.map(({name}) => name)], problems)
  const {definitions, unread} = readDefinitions(cache.files, problems)
  const compiled = compilePlan(
    {topologies, definitions, unread, site, catalogue, aliases: cache.aliases.find},
    problems,
    cache.memo,
  )
  return {
    ...withoutFaulty(compiled, faulty),
    site,
    siteFaulty,
    problems: inOrder(withoutUnused(problems.all, topologies, definitions)),
    topologies,
    definitions,
    cache,
  }
}

/** A default topology that is not there. */
function tellNoDefault({settings, origins}: Site, names: readonly string[], problems: Problems): void {
  const name = settings['default.app.topology.name']
  if (name === '' || names.includes(name)) return
  const [file = '', line] = origins['default.app.topology.name'].split(':')
  const message = `default.app.topology.name is ${name}, and there is no such topology${suggestion(name, names)}`
  problems.warning('topology-missing', {file, line: Number(line ?? 1), column: 1}, message)
}

/** What aliases are read from. */
function noteSecrets(files: HomeFiles, problems: Problems): void {
  files.note('data/security/aliases.json')
  for (const name of files.list('data/security/secrets', problems)) files.note(`data/security/secrets/${name}`)
}

function newCache(home: string, environment: Environment): HomeCache {
  return {
    home,
    files: homeFiles(home),
    memo: definitionMemo(),
    aliases: aliasesOf(home, environment),
    keyFor: ownKeys(home, environment),
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

/** A plan to go on with, and the topologies in it that stay as they were although their files have changed. */
export interface NextPlan {
  readonly plan: GatewayPlan
  readonly kept: readonly string[]
}

/**
 * The plan to go on with after a reload. A topology whose files have got worse stays as it was: they have a fault,
 * or leave something out that was not left out before. One whose file is gone goes. Faults of the settings, or a folder
 * that cannot be read, leave everything as it was.
 */
export function nextPlan(served: GatewayPlan, loaded: LoadedHome): NextPlan {
  const {siteFaulty, refused, problems} = loaded
  if (siteFaulty || problems.some(({code}) => code === 'folder-unreadable'))
    return {plan: served, kept: Object.keys(served.topologies)}
  const next = new Map(Object.entries(loaded.plan.topologies))
  const kept = Object.values(served.topologies).filter(
    ({name, leftOut}) => Object.hasOwn(refused, name) || leavesOutMore(leftOut, next.get(name)?.leftOut ?? []),
  )
  for (const topology of kept) next.set(topology.name, topology)
  return {plan: {topologies: Object.fromEntries(next)}, kept: kept.map(({name}) => name)}
}

/** Topologies whose files hold faults do not count, even when a plan could be made of the rest. */
function withoutFaulty({plan, refused}: Compiled, faulty: ReadonlyMap<string, readonly Problem[]>): Compiled {
  const sound = Object.entries(plan.topologies).filter(([name]) => !faulty.has(name))
  return {plan: {topologies: Object.fromEntries(sound)}, refused: {...refused, ...Object.fromEntries(faulty)}}
}
