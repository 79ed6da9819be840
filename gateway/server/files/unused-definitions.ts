import type {Problem} from '../../common/problem.js'
import type {TopologyDescriptor} from '../../descriptor/topology-descriptor.js'
import type {DefinitionFiles} from '../../topology/definition.js'

/** As many warnings of definitions that no topology uses are told one by one: whoever writes one wants them. */
const MOST = 20

/**
 * Without the warnings of definitions that no topology uses, where these are so many that what matters is lost among them: the 94 that
 * Knox ships have more than a hundred. One warning says how many they are, and how to see them.
 */
export function withoutUnused(
  found: readonly Problem[],
  topologies: readonly TopologyDescriptor[],
  definitions: readonly DefinitionFiles[],
): readonly Problem[] {
  const roles = new Set(topologies.flatMap(({services}) => services.map(({role}) => role)))
  const unused = new Set(definitions.filter(({service}) => !roles.has(service.role)).flatMap(filesOf))
  const isAside = ({severity, at}: Problem) => severity === 'warning' && unused.has(at.file)
  const count = found.filter(isAside).length
  if (count <= MOST) return found
  return [...found.filter(problem => !isAside(problem)), summary(count)]
}

const filesOf = ({service, rewrite}: DefinitionFiles) => [service.at.file, ...(rewrite ? [rewrite.at.file] : [])]

const summary = (count: number): Problem => ({
  severity: 'warning',
  code: 'problems-more',
  message: `${count} warnings of definitions that no topology uses are not told; bin/gateway check data/services/*/*/*.xml tells them`,
  at: {file: 'data/services', line: 1, column: 1},
})
