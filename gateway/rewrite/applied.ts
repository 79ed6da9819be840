import type {ApplyDescriptor, RewriteTarget} from '../descriptor/service-descriptor.js'

/** The rule or filter that a route applies to a target; where it names several, the last counts. */
export function appliedTo(target: RewriteTarget, rewrites: readonly ApplyDescriptor[]): string | undefined {
  return rewrites.findLast(({to}) => to === target)?.apply
}

/**
 * What each route of a definition applies, in order: a route without any `<rewrite>` goes on with those of the
 * route before it. Source: Knox, `ServiceDefinitionDeploymentContributor.contributeResources`.
 */
export function inheritedRewrites(
  routes: readonly (readonly ApplyDescriptor[])[],
): readonly (readonly ApplyDescriptor[])[] {
  let last: readonly ApplyDescriptor[] = []
  return routes.map(own => {
    if (own.length > 0) last = own
    return last
  })
}
