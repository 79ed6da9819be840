import type {SourceLocation} from '../common/problem.js'
import type {DispatchDescriptor, ParamDescriptor} from './topology-descriptor.js'

/** A `service.xml`, typed. Source: Knox, `ServiceDefinition`. */
export interface ServiceDescriptor {
  readonly role: string
  readonly name: string
  readonly version: string
  readonly routes: readonly RouteDescriptor[]
  readonly dispatch: DispatchDescriptor | undefined
  readonly params: readonly ParamDescriptor[]
  readonly policies: readonly PolicyDescriptor[]
  readonly at: SourceLocation
}

export interface RouteDescriptor {
  /** URL template of path and query, relative to the topology. */
  readonly path: string
  readonly rewrites: readonly ApplyDescriptor[]
  readonly dispatch: DispatchDescriptor | undefined
  readonly policies: readonly PolicyDescriptor[]
  readonly at: SourceLocation
}

export const REWRITE_TARGETS = [
  'request.url',
  'request.headers',
  'request.cookies',
  'request.body',
  'response.headers',
  'response.cookies',
  'response.body',
] as const

export type RewriteTarget = (typeof REWRITE_TARGETS)[number]

/** `<rewrite apply="rule or filter" to="target"/>` */
export interface ApplyDescriptor {
  readonly apply: string
  readonly to: RewriteTarget
  readonly at: SourceLocation
}

/** Which provider of a role a route or service asks for. */
export interface PolicyDescriptor {
  readonly role: string
  readonly name: string | undefined
  readonly at: SourceLocation
}
