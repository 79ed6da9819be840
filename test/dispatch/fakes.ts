import type {Clock} from '../../gateway/common/clock.js'
import {cutUrl, printUrl, type RequestUrl} from '../../gateway/common/request-url.js'
import {createDispatch} from '../../gateway/dispatch/dispatch.js'
import type {Whitelist} from '../../gateway/dispatch/whitelist.js'
import {endpointPool} from '../../gateway/ha/endpoint-pool.js'
import type {FailoverPolicy} from '../../gateway/ha/failover-policy.js'
import {type Body, bytesBody, emptyBody, type Sink} from '../../gateway/http/body.js'
import type {Headers} from '../../gateway/http/headers.js'
import type {DispatchPlan} from '../../gateway/pipeline/dispatch-plan.js'
import {EndpointError, type EndpointFailure} from '../../gateway/pipeline/endpoint-error.js'
import {type Exchange, type GatewayResponse, type Gone, newNotes} from '../../gateway/pipeline/exchange.js'
import type {Dispatch} from '../../gateway/pipeline/filter.js'
import {type GoneSource, goneSource} from '../../gateway/pipeline/gone.js'
import type {ServiceRequest, Transport} from '../../gateway/pipeline/transport.js'
import {OpenStreams} from '../../gateway/streams/open-streams.js'
import type {ResumeRecord} from '../../gateway/streams/resumes.js'
import {type TestClock, testClock} from '../helpers/clock.js'
import {quiet} from '../streams/harness.js'

/** What a fake service does with a request. */
export type Deed = EndpointFailure | Error | Partial<GatewayResponse>

/** A transport that asks a script instead of a service, and remembers what was sent. */
export class FakeTransport implements Transport {
  readonly sent: (ServiceRequest & {readonly text: string})[] = []
  readonly #script: (request: ServiceRequest, nth: number) => Deed
  readonly #takesBody: (deed: Deed) => boolean

  constructor(script: (request: ServiceRequest, nth: number) => Deed) {
    this.#script = script
    this.#takesBody = deed => deed !== 'connect' && deed !== 'timeout-connect'
  }

  async send(request: ServiceRequest, _gone: Gone, inform?: Exchange['inform']): Promise<GatewayResponse> {
    inform?.(103, ['Link', 'x'])
    const deed = this.#script(request, this.sent.length)
    const text = request.body && this.#takesBody(deed) ? await textOf(request.body) : ''
    this.sent.push({...request, text})
    if (typeof deed === 'string') throw new EndpointError(deed, printUrl(request.url))
    if (deed instanceof Error) throw deed
    return {status: 200, headers: [], body: emptyBody, ...deed}
  }

  async close(): Promise<void> {}
}

/** All of a body as text; rejects when it fails. */
export function textOf(body: Body): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    const sink: Sink = {
      write: chunk => chunks.push(chunk) > 0,
      drained: again => again(),
      end: () => resolve(Buffer.concat(chunks).toString()),
      fail: reject,
    }
    body.flow(sink)
  })
}

export const plan: DispatchPlan = {
  kind: 'http',
  className: 'DefaultDispatch',
  from: 'default',
  ha: true,
  headers: {
    requestExclude: ['authorization'],
    responseExclude: ['set-cookie', 'www-authenticate'],
    responseExcludeCookies: [],
    requestAppend: [],
    actor: undefined,
  },
  urlEncoding: 'as-is',
  replayLimit: 64,
  timeouts: {connect: 1000, socket: 2000},
  stream: {...quiet, connectTimeout: 3000, responseTimeout: 4000, responseTimeoutGet: 15_000},
  gateOpen: true,
  useTwoWaySsl: false,
  manners: {},
}

export const failover: FailoverPolicy = {
  maxFailoverAttempts: 3,
  failoverSleep: 0,
  enableLoadBalancing: false,
  enableStickySession: false,
  stickySessionCookieName: 'KNOX_BACKEND-ROLE',
  noFallback: false,
  failoverNonIdempotentRequestEnabled: false,
  disableLoadBalancingForUserAgents: [],
  failoverStatuses: [],
  failoverOnIdle: false,
}

export const url = (text: string): RequestUrl =>
  cutUrl(text) ?? {scheme: 'none', host: '', port: '', path: '', query: undefined}

export interface Asking {
  readonly method?: string
  readonly headers?: Headers
  /** X-Forwarded fields. */
  readonly forwarded?: Headers
  readonly body?: string | Body
  /** Appended to the URL of a service. */
  readonly path?: string
  readonly scheme?: string
  readonly gone?: GoneSource
  readonly principal?: string
  readonly inform?: Exchange['inform']
}

/** An exchange as filters leave it. */
export function exchange(asking: Asking = {}): Exchange {
  const {method = 'GET', headers = [], body, path = '/x', scheme = 'http', gone = goneSource()} = asking
  const request = {
    method,
    url: url('http://gw:8443/gateway/sandbox/x'),
    headers: ['Host', 'gw:8443', ...headers],
    body: typeof body === 'string' ? bytesBody(Buffer.from(body)) : body,
    version: '1.1',
  }
  return {
    id: 'id-1',
    arrival: {request, clientAddress: '127.0.0.1', path: '/gateway/sandbox', generation: 1},
    request,
    clientAddress: '127.0.0.1',
    frontend: {scheme, host: 'gw.example.com', port: '8443', path: '/gateway/sandbox'},
    forwarded: asking.forwarded ?? [],
    principal: asking.principal === undefined ? undefined : {name: asking.principal, groups: []},
    aim: serviceUrl => url(serviceUrl + path),
    gone,
    inform: asking.inform ?? (() => {}),
    notes: newNotes('sandbox', 'ROLE', '', ''),
  }
}

export interface Made {
  readonly dispatch: Dispatch
  readonly transport: FakeTransport
  readonly clock: TestClock
  readonly streams: OpenStreams
}

export interface Making {
  readonly plan?: Partial<DispatchPlan>
  readonly policy?: Partial<FailoverPolicy> | undefined
  readonly urls?: readonly string[]
  readonly whitelist?: Whitelist
  readonly clock?: Clock
  readonly random?: () => number
  readonly told?: (record: ResumeRecord) => void
}

/** A dispatch to a scripted service. */
export function made(script: (request: ServiceRequest, nth: number) => Deed, making: Making = {}): Made {
  const clock = testClock()
  const streams = new OpenStreams(making.clock ?? clock, making.random, making.told)
  const transport = new FakeTransport(script)
  const urls = making.urls ?? ['http://h1:1', 'http://h2:2', 'http://h3:3']
  const parts = {
    plan: {...plan, ...making.plan},
    pool: endpointPool(urls, making.policy && {...failover, ...making.policy}),
    clock: making.clock ?? clock,
    whitelist: making.whitelist,
  }
  return {dispatch: createDispatch(parts, transport, streams), transport, clock, streams}
}
