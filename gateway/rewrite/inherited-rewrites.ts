import type {ApplyDescriptor, RouteDescriptor} from '../descriptor/service-descriptor.js'

/**
 * The routes of a definition with what each of them applies: one without any `<rewrite>` goes on with those of
 * the route before it. Source: Knox, `ServiceDefinitionDeploymentContributor.contributeResources`.
 */
export function withInheritedRewrites(routes: readonly RouteDescriptor[]): readonly RouteDescriptor[] {
  let last: readonly ApplyDescriptor[] = []
  return routes.map(route => {
    if (route.rewrites.length > 0) last = route.rewrites
    return {...route, rewrites: last}
  })
}
