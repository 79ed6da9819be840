import type {SourceLocation} from '../../gateway/common/problem.js'
import type {RewriteDescriptor, RuleDescriptor} from '../../gateway/descriptor/rewrite-descriptor.js'
import type {ServiceDescriptor} from '../../gateway/descriptor/service-descriptor.js'
import type {
  DispatchDescriptor,
  ParamDescriptor,
  ProviderDescriptor,
  TopologyDescriptor,
  TopologyServiceDescriptor,
} from '../../gateway/descriptor/topology-descriptor.js'

/** A place in a file of a test. */
export const at = (file: string, line = 1): SourceLocation => ({file, line, column: 1})

const paramsOf = (params: Readonly<Record<string, string>>, where: SourceLocation): readonly ParamDescriptor[] =>
  Object.entries(params).map(([name, value]) => ({name, value, at: where}))

/** A topology's service with one URL. */
export function service(
  role: string,
  params: Readonly<Record<string, string>> = {},
  given: Partial<TopologyServiceDescriptor> = {},
): TopologyServiceDescriptor {
  const where = at('t.xml', 5)
  return {
    role,
    name: undefined,
    version: undefined,
    urls: [{url: 'http://service.test:9000/base', at: where}],
    params: paramsOf(params, where),
    dispatch: undefined,
    at: where,
    ...given,
  }
}

/** An enabled provider. */
export function provider(
  role: string,
  name: string,
  params: Readonly<Record<string, string>> = {},
  enabled = true,
): ProviderDescriptor {
  const where = at('t.xml', 3)
  return {role, name, enabled, params: paramsOf(params, where), at: where}
}

/** A topology with Anonymous authentication unless others are given. */
export function topology(
  services: readonly TopologyServiceDescriptor[],
  providers: readonly ProviderDescriptor[] = [provider('authentication', 'Anonymous')],
  name = 't',
): TopologyDescriptor {
  return {name, providers, services, at: at(`${name}.xml`)}
}

/** A dispatch of a class. */
export function dispatch(given: Partial<DispatchDescriptor>): DispatchDescriptor {
  return {
    className: undefined,
    haClassName: undefined,
    contributorName: undefined,
    haContributorName: undefined,
    useTwoWaySsl: false,
    httpClientFactory: undefined,
    params: [],
    at: at('service.xml', 7),
    ...given,
  }
}

/** A definition with one route and one rule. */
export function definition(role: string, given: Partial<ServiceDescriptor> = {}): ServiceDescriptor {
  const where = at('service.xml', 2)
  const rewrites = [{apply: `${role}/in`, to: 'request.url' as const, at: where}]
  return {
    role,
    name: role.toLowerCase(),
    version: '1.0.0',
    routes: [{path: `/${role.toLowerCase()}/**`, rewrites, dispatch: undefined, policies: [], at: where}],
    dispatch: undefined,
    params: [],
    policies: [],
    at: at('service.xml'),
    ...given,
  }
}

/** A rule that rewrites to a template. */
export function rule(name: string, template: string): RuleDescriptor {
  const where = at('rewrite.xml', 2)
  return {
    name,
    directions: ['in'],
    scope: undefined,
    pattern: '*://*:*/**/x/{path=**}',
    flow: 'all',
    steps: [{kind: 'rewrite', template, at: where}],
    at: where,
  }
}

/** A rewrite file of rules. */
export function rewrite(...rules: readonly RuleDescriptor[]): RewriteDescriptor {
  return {functions: [], rules, filters: [], at: at('rewrite.xml')}
}
