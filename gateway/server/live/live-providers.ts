import type {Filter} from '../../pipeline/filter.js'
import type {Provider, ProviderParts} from '../../pipeline/provider.js'
import type {ProviderPlan} from '../../topology/gateway-plan.js'

/** Puts secrets into values in place of the aliases that they name. */
export type FillIn = <V>(value: V) => V

/** Gives the filters of a topology's providers: made once of each, so that what they remember holds for all its routes. */
export function liveProviders(
  providers: readonly Provider[],
  parts: ProviderParts,
  fill: FillIn,
): (plan: ProviderPlan) => readonly Filter[] {
  const made = new Map<string, readonly Filter[]>()
  return ({role, name, params}) => {
    const key = JSON.stringify([role, name, params])
    const filters = made.get(key) ?? providerOf(providers, role, name).create(fill(params), parts)
    made.set(key, filters)
    return filters
  }
}

/** Throws when a plan names what is not there. */
function providerOf(providers: readonly Provider[], role: string, name: string): Provider {
  const found = providers.find(each => each.role === role && each.name === name)
  if (found === undefined) throw new Error(`no provider ${role}/${name}`)
  return found
}
