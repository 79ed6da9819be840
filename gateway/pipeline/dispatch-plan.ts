/** How a route's requests reach the service; plain JSON. */
export interface DispatchPlan {
  readonly kind: 'http' | 'sse'
  /** Knox's class, as the files name it; for logs and `explain`. */
  readonly className: string
  /** Which file decided: topology > route > service > default. */
  readonly from: 'topology' | 'route' | 'service' | 'default'
  readonly headers: HeaderPolicy
  /** Whether the class fails over (Knox: `ConfigurableHADispatch`, `SSEHaDispatch`); else the first URL serves. */
  readonly ha: boolean
  /**
   * How the target's text is handled before it is sent: `path-decoded` decodes the path (Knox: `URLDecodingDispatch`),
   * `query-decoded` the query (Knox: `removeUrlEncoding`, `PassAllHeadersNoEncodingDispatch`).
   */
  readonly urlEncoding: 'as-is' | 'path-decoded' | 'query-decoded'
  /** Bytes of a request's body that are kept to send it to another endpoint. Knox: `replayBufferSize`. */
  readonly replayLimit: number
  readonly timeouts: TimeoutPolicy
  readonly stream: StreamPolicy
  /** Only for `sse`: whether `gateway.servlet.async.supported` lets this topology stream. */
  readonly gateOpen: boolean
  readonly useTwoWaySsl: boolean
  /** Absent: the service is spoken to by HTTP/1.1. */
  readonly http2?: 'offered' | 'always'
  readonly manners: ServiceManners
  /** Absent: as many as come. */
  readonly admission?: AdmissionPolicy
  /** Absent: nothing is compressed. */
  readonly compression?: CompressionPlan
}

/** How many requests ask a service at a time, from when they are sent to their response heads. */
export interface AdmissionPolicy {
  readonly max: number
  /** How many wait for their turn; more are refused. */
  readonly queue: number
  /** Milliseconds after which one that waits is refused; 0: never. */
  readonly timeout: number
}

/** Which responses are compressed. */
export interface CompressionPlan {
  /** Media types in lower case; `text/*`: all that begin so. */
  readonly types: readonly string[]
  /** Bytes; shorter ones are not. */
  readonly minSize: number
  /** Event streams are, whatever the types say. */
  readonly streams: boolean
}

/** What a dispatch that Knox made for one service does besides; what is absent is not done. */
export interface ServiceManners {
  readonly standby?: StandbyAnswer
  readonly bodyUser?: BodyUser
  /** The body stays here: the service only says where it is to be sent. Knox: `HdfsHttpClientDispatch`. */
  readonly withoutBody?: true
  /** A slash at the end of the client's path is there at the service too. Knox: `HBaseUIDispatch`. */
  readonly trailingSlash?: true
  /** What NiFi wants of a proxy. Knox: `NiFiDispatch`. */
  readonly nifi?: true
  /** The service is told the user by Basic, with the password `*`. Knox: `basicAuthPreemptive` of `HiveDispatch`. */
  readonly basicUser?: true
  /** Fields whose names begin so, in lower case, do not reach the service. */
  readonly withoutPrefix?: string
}

/** How a standby answers, which has not done what it was asked. */
export interface StandbyAnswer {
  readonly statuses: readonly number[]
  /** Its body has one of these; absent: the status says it. */
  readonly texts?: readonly string[]
  /** `some`: only with a Location. `no-login`: but for one that leads to a login. */
  readonly location?: 'some' | 'no-login'
}

/** Where in a request's JSON the service reads the user. */
export interface BodyUser {
  /** Last segments of the paths at the service that POST is answered for. */
  readonly paths: readonly string[]
  /** Names from the root to the user's name. */
  readonly field: readonly string[]
}

/** Names are lower case. */
export interface HeaderPolicy {
  readonly requestExclude: readonly string[]
  /** `set-cookie` and `www-authenticate` unless the params say otherwise. */
  readonly responseExclude: readonly string[]
  /** Parts of Set-Cookie: a cookie of that name goes, an attribute of that name goes from every cookie. Knox: `SET-COOKIE: name; name`. */
  readonly responseExcludeCookies: readonly string[]
  readonly requestAppend: readonly (readonly [name: string, value: string])[]
  /** Headers that tell the service who acts; the client's own of these names do not pass. Knox: `shouldIncludePrincipalAndGroups`. */
  readonly actor: ActorHeaders | undefined
  /** Added to X-Forwarded-Context: a text, or the part of the client's path after so many slashes. Knox: `serviceContext`. */
  readonly context?: string | number
}

/** Names of headers, as they are sent; `-1`, `-2` … are added to the prefix. Knox: `ConfigurableDispatch`. */
export interface ActorHeaders {
  readonly id: string
  readonly groupsPrefix: string
  /** Which groups are told, by a regular expression for the whole name, in lists of at most so many characters. */
  readonly groups: {readonly pattern: string; readonly longest: number}
}

/** Milliseconds; 0: no limit. */
export interface TimeoutPolicy {
  readonly connect: number
  /** Without a byte from the service: before the head, and within the body of an ordinary response. */
  readonly socket: number
}

/** What STREAMS.md names `sse.*`, for responses that are event streams. Milliseconds; 0: no limit. */
export interface StreamPolicy {
  /** Of the whole exchange, stream or not. */
  readonly routeTimeout: number
  readonly connectTimeout: number
  readonly responseTimeout: number
  /** The same for GET, which may be tried elsewhere. */
  readonly responseTimeoutGet: number
  readonly idleTimeout: number
  /** While another endpoint may be asked, from response head to first event; 0: the head does not wait for it. */
  readonly firstEventTimeout: number
  readonly keepaliveInterval: number
  readonly writeTimeout: number
  readonly maxDuration: number
  /** Sent as `retry:` at the start of each stream; 0: none. */
  readonly retry: number
  readonly bufferLimit: number
  readonly returnable: boolean
  /** What a client is told when the service was lost: it is broken off, it goes on, or it ends with an event. */
  readonly onLoss: 'abort' | 'resume' | 'event'
  /** Only for `event`. */
  readonly lossEvent: LossEvent | undefined
  /** Bytes of an event, where events must be whole. */
  readonly eventLimit: number
  /** What the service says of its event IDs. */
  readonly idOrder: 'increasing' | 'consecutive' | 'none'
  /** How events that are known to be missing are told. */
  readonly gap: 'none' | 'event' | 'end'
  /** Attempts to go on, after the first. */
  readonly resumeAttempts: number
  /** Milliseconds before the second time that all endpoints are asked; it doubles. */
  readonly resumeSleep: number
  /** From request sent to response head, of each of these attempts. */
  readonly resumeTimeout: number
  /** How a refusal that will pass is told to an EventSource. */
  readonly refuse: 'auto' | 'status' | 'soft'
  /** Open streams of the service; 0: no limit. */
  readonly maxStreams: number
}

/** The last event of a stream that was lost. */
export interface LossEvent {
  /** Empty: `message`. */
  readonly type: string
  readonly data: string
}
