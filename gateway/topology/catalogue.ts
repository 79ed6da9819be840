import type {ServiceManners} from '../pipeline/dispatch-plan.js'
import type {Provider} from '../pipeline/provider.js'
import type {RewriteFunction} from '../rewrite/rewrite-function.js'

/** What the gateway can do, as far as a plan must know it; the literal is `server/catalogue.ts`. */
export interface Catalogue {
  /** By the class names of Knox, which the files name. */
  readonly dispatches: Readonly<Record<string, DispatchClass>>
  /** Contributor names of dispatches to class names. */
  readonly contributors: Readonly<Record<string, string>>
  /** Class when no file names one. Knox: `ServiceDefinitionDeploymentContributor`. */
  readonly defaultDispatch: string
  /** The same with HA on. */
  readonly defaultHaDispatch: string
  /** In the order in which they guard a request, by role. */
  readonly providerRoles: readonly string[]
  readonly providers: readonly Provider[]
  /** The functions that templates may call, by name. */
  readonly functions: ReadonlyMap<string, Pick<RewriteFunction, 'fault'>>
}

/** What a dispatch class of Knox does, in our terms. */
export interface DispatchClass {
  readonly doc: string
  readonly kind: 'http' | 'sse'
  readonly ha: boolean
  /** Authorization to the service and Set-Cookie, WWW-Authenticate from it pass, whatever the params say. */
  readonly passAllHeaders: boolean
  /** Single ones of these that pass so. */
  readonly passes: readonly ('authorization' | 'www-authenticate')[]
  readonly urlEncoding: 'as-is' | 'path-decoded' | 'query-decoded'
  readonly manners: ServiceManners
  /** Whether `basicAuthPreemptive` is one of its params. */
  readonly takesBasicUser: boolean
}
