import type {Problems, SourceLocation} from '../common/problem.js'
import type {TopologyServiceDescriptor} from '../descriptor/topology-descriptor.js'
import type {Definition} from './definition.js'

/** A `service.xml` that could not be read far enough to know what it defines. */
export interface UnreadDefinition {
  readonly file: string
  /** Its role, when that much could be read. */
  readonly role: string | undefined
  /** Of its folder, `data/services/{name}/{version}`. */
  readonly name: string
}

/** The definitions of a home, by role, the highest version first. */
export interface DefinitionIndex {
  readonly byRole: ReadonlyMap<string, readonly Definition[]>
  readonly unread: readonly UnreadDefinition[]
  /** Every rule and filter, and the roles whose definitions have it. */
  readonly names: ReadonlyMap<string, ReadonlySet<string>>
}

/** Puts definitions in order; of two of the same role, name and version the first holds: Knox 1.1 and 1.2 ship such. */
export function indexDefinitions(
  definitions: readonly Definition[],
  unread: readonly UnreadDefinition[],
  problems: Problems,
): DefinitionIndex {
  const byRole = new Map<string, Definition[]>()
  for (const definition of definitions) {
    const {role, name, version, at} = definition.service
    const same = byRole.get(role) ?? []
    const twin = same.find(({service}) => service.name === name && service.version === version)
    if (twin)
      problems.warning(
        'definition-duplicate',
        at,
        `${role} ${version} is defined in ${place(twin.service.at)} too, which holds`,
      )
    else same.push(definition)
    byRole.set(role, same)
  }
  for (const same of byRole.values())
    same.sort((one, other) => compareVersions(other.service.version, one.service.version))
  return {byRole, unread, names: rolesByName(definitions)}
}

function rolesByName(definitions: readonly Definition[]): ReadonlyMap<string, ReadonlySet<string>> {
  const roles = new Map<string, Set<string>>()
  for (const {names, service} of definitions)
    for (const name of names) roles.set(name, (roles.get(name) ?? new Set()).add(service.role))
  return roles
}

/** Whether an `apply` of a definition names something: its own, or of another role that a topology may hold too. */
export function isNamed(apply: string, {names, service}: Definition, index: DefinitionIndex): boolean {
  return names.has(apply) || [...(index.names.get(apply) ?? [])].some(role => role !== service.role)
}

/** Chosen, or why there is none: nobody defines the role, or it was told as a fault. */
export type Choice = Definition | 'undefined' | 'refused'

/**
 * The definition a topology's service means: that of the name and version it gives, else the
 * highest version. Source: Knox, `DefaultServiceRegistry`, `DeploymentFactory`.
 */
export function chooseDefinition(
  service: TopologyServiceDescriptor,
  {byRole, unread}: DefinitionIndex,
  problems: Problems,
): Choice {
  const {role, name, version, at} = service
  const all = byRole.get(role) ?? []
  const [chosen] = all.filter(
    each => (name ?? each.service.name) === each.service.name && sameVersion(version, each.service.version),
  )
  const suspect = unread.find(each => suspected(each, role, all))
  if (suspect)
    problems.consequence('definition-broken', at, `${role} may be defined in ${suspect.file}, which has faults`)
  else if (chosen?.broken)
    problems.consequence('definition-broken', at, `${role} is defined in ${place(chosen.service.at)}, which has faults`)
  else if (!chosen && all.length > 0) {
    const there = all.map(each => `${each.service.name} ${each.service.version}`).join(', ')
    problems.fault(
      'version-unknown',
      at,
      `${role} ${[name, version].filter(Boolean).join(' ')}: there is only ${there}`,
    )
  } else return chosen ?? 'undefined'
  return 'refused'
}

/** Whether an unread file may be the one that defines a role. */
function suspected(unread: UnreadDefinition, role: string, all: readonly Definition[]): boolean {
  if (unread.role !== undefined) return unread.role === role
  return all.length === 0
    ? unread.name.toLowerCase() === role.toLowerCase()
    : all.some(({service}) => service.name === unread.name)
}

/** Knox compares up to three numbers; absent ones are 0. */
function compareVersions(one: string, other: string): number {
  const [ours, theirs] = [numbersOf(one), numbersOf(other)]
  for (let i = 0; i < 3; i++) {
    const difference = (ours[i] ?? 0) - (theirs[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

const numbersOf = (version: string) => version.split('.').map(part => Number.parseInt(part, 10) || 0)

const sameVersion = (wanted: string | undefined, version: string) =>
  wanted === undefined || compareVersions(wanted, version) === 0

const place = ({file, line}: SourceLocation) => `${file}:${line}`
