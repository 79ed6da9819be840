import {aliasesIn, withAliases} from '../common/alias-reference.js'
import type {ParamTable} from '../common/params.js'
import {problems as collection, type Problems} from '../common/problem.js'
import type {ParamDescriptor, TopologyDescriptor} from '../descriptor/topology-descriptor.js'
import type {Definition} from './definition.js'
import {readParams} from './read-params.js'

/** What is known of an alias of a topology: its value, and a stamp that changes whenever that may have; or why it has none. */
export type FindAlias = (
  topology: string,
  name: string,
) => {readonly stamp: string; readonly value: string} | {readonly fault: string}

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

/**
 * Tells aliases whose values the params that name them cannot be, such as a key that is none: else requests would fail
 * of it. The value is not told.
 */
export function tellUnfitAliases(
  table: ParamTable,
  params: readonly ParamDescriptor[],
  valueOf: (name: string) => string | undefined,
  problems: Problems,
): void {
  for (const param of params) {
    const values = new Map(aliasesIn(param.value).map(name => [name, valueOf(name)]))
    if (values.size === 0 || [...values.values()].includes(undefined)) continue
    const found = collection()
    readParams('', table, [withAliases(param, name => values.get(name) ?? '')], found)
    if (found.all.some(({code}) => code === 'param-invalid'))
      problems.fault('param-invalid', param.at, `${param.name}: the value of ${param.value} is none that it may have`)
  }
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
