import type {FilterDescriptor, FunctionDescriptor, RuleDescriptor} from '../descriptor/rewrite-descriptor.js'

/** What rewriting needs to know of one topology; plain JSON. Knox merges the rules of all its services into one set. */
export interface RewritePlan {
  /** In the order of the topology's services, then of their files. */
  readonly definitions: readonly RewriteDefinitionPlan[]
  /** URLs of every service role of the topology, in order, also of roles that only lend their URL. */
  readonly serviceUrls: Readonly<Record<string, readonly string[]>>
  /** Host names outside, several between commas, to those inside; of the provider `hostmap`. Knox: `HostmapFunctionDescriptor`. */
  readonly hostmap: Readonly<Record<string, readonly string[]>>
  /** Roles whose rules serve every role when their files name no scope: `gateway.global.rules.services`. */
  readonly globalRoles: readonly string[]
  readonly topology: string
  /** `gateway.path` */
  readonly gatewayName: string
}

/** The rewrite file of one service, and which service brought it. */
export interface RewriteDefinitionPlan {
  readonly role: string
  readonly rules: readonly RuleDescriptor[]
  readonly filters: readonly FilterDescriptor[]
  readonly functions: readonly FunctionDescriptor[]
}
