import {aliasesIn} from '../common/alias-reference.js'
import type {Problems} from '../common/problem.js'
import type {ParamDescriptor, TopologyDescriptor} from '../descriptor/topology-descriptor.js'
import type {Definition} from './definition.js'

/** What is known of an alias of a topology: a stamp that changes whenever its value may have, or why it has none. */
export type FindAlias = (topology: string, name: string) => {readonly stamp: string} | {readonly fault: string}

/** Tells aliases without a value; gives the stamps of those that are. A plan only ever holds their names. */
export function checkAliases(
  topology: TopologyDescriptor,
  used: readonly Definition[],
  find: FindAlias,
  problems: Problems,
): readonly string[] {
  return paramsOf(topology, used).flatMap(({name, value, at}) =>
    aliasesIn(value).flatMap(alias => {
      const found = find(topology.name, alias)
      if ('stamp' in found) return [found.stamp]
      problems.fault('alias-unknown', at, `${name} names an alias: ${found.fault}`)
      return []
    }),
  )
}

function paramsOf({providers, services}: TopologyDescriptor, used: readonly Definition[]): readonly ParamDescriptor[] {
  const definitions = used.map(({service}) => service)
  const dispatches = [...services, ...definitions, ...definitions.flatMap(({routes}) => routes)]
  const enabled = providers.filter(provider => provider.enabled)
  return [
    ...[...enabled, ...services, ...definitions].flatMap(({params}) => params),
    ...dispatches.flatMap(({dispatch}) => dispatch?.params ?? []),
  ]
}
