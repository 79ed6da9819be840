import type {SourceLocation} from '../common/problem.js'

/** A topology file, typed. Source: Knox, `topology-v1.xsd`. */
export interface TopologyDescriptor {
  /** The file's name without `.xml`, as Knox takes it. */
  readonly name: string
  readonly providers: readonly ProviderDescriptor[]
  readonly services: readonly TopologyServiceDescriptor[]
  readonly at: SourceLocation
}

export interface ProviderDescriptor {
  readonly role: string
  readonly name: string
  readonly enabled: boolean
  readonly params: readonly ParamDescriptor[]
  readonly at: SourceLocation
}

export interface ParamDescriptor {
  readonly name: string
  readonly value: string
  readonly at: SourceLocation
}

export interface TopologyServiceDescriptor {
  readonly role: string
  readonly name: string | undefined
  readonly version: string | undefined
  readonly urls: readonly UrlDescriptor[]
  readonly params: readonly ParamDescriptor[]
  readonly dispatch: DispatchDescriptor | undefined
  readonly at: SourceLocation
}

export interface UrlDescriptor {
  readonly url: string
  readonly at: SourceLocation
}

/** `<dispatch>`, in a topology, a service or a route. Class names stand as written. */
export interface DispatchDescriptor {
  readonly className: string | undefined
  readonly haClassName: string | undefined
  readonly contributorName: string | undefined
  readonly haContributorName: string | undefined
  readonly useTwoWaySsl: boolean
  readonly httpClientFactory: string | undefined
  readonly params: readonly ParamDescriptor[]
  readonly at: SourceLocation
}
