import test from 'ava'
import type {Clock} from '../../gateway/common/clock.js'
import type {GatewayError} from '../../gateway/common/errors.js'
import {createDispatch} from '../../gateway/dispatch/dispatch.js'
import {endpointPool} from '../../gateway/ha/endpoint-pool.js'
import type {FailoverPolicy} from '../../gateway/ha/failover-policy.js'
import {textBody} from '../../gateway/http/body.js'
import {valuesOf} from '../../gateway/http/headers.js'
import {OpenStreams} from '../../gateway/streams/open-streams.js'
import {agreesWithGolden} from '../helpers/golden.js'
import {type Deed, exchange, FakeTransport, failover, plan, textOf} from './fakes.js'

interface Step {
  readonly up?: readonly number[]
  readonly backendMode?: readonly [service: number, mode: '503' | 'close' | 'ok']
  readonly request?: {readonly method?: string; readonly headers: readonly (readonly [string, string])[]}
  readonly status?: number
  readonly body?: string
  readonly setCookie?: readonly string[]
  readonly reachedBackends?: readonly (string | readonly [string, string])[]
  readonly seconds?: number
}

interface HaCase {
  readonly kind: string
  readonly dispatch: string
  readonly topology: string
  readonly config?: string
  readonly urls?: readonly string[]
  readonly scenario: string
  readonly steps: readonly Step[]
}

const ROLES: Readonly<Record<string, string>> = {
  ConfigurableHADispatch: 'HASVC',
  DefaultHaDispatch: 'PLAINSVC',
  SSEHaDispatch: 'SSESVC',
}

/** Of the scenario whose case does not tell them. */
const OTHER_URLS = ['http://h1.test:19001/a', 'http://h2.test:19002/b/c', 'http://h3.test:19003']
const OTHER_CONFIG = 'enabled=true;enableLoadBalancing=true;enableStickySession=true'

/** A param of HaProvider; undefined: HA is off. */
function policyOf(config: string, role: string): FailoverPolicy | undefined {
  const given = new Map(config.split(';').map(pair => [pair.split('=')[0] ?? '', pair.split('=')[1] ?? '']))
  if (given.get('enabled') === 'false') return undefined
  return {
    ...failover,
    maxFailoverAttempts: Number(given.get('maxFailoverAttempts') ?? 3),
    failoverSleep: Number(given.get('failoverSleep') ?? 1000),
    enableLoadBalancing: given.get('enableLoadBalancing') === 'true',
    enableStickySession: given.get('enableStickySession') === 'true',
    stickySessionCookieName: `${given.get('stickySessionCookieName') ?? 'KNOX_BACKEND'}-${role}`,
    noFallback: given.get('noFallback') === 'true',
    failoverNonIdempotentRequestEnabled: given.get('failoverNonIdempotentRequestEnabled') === 'true',
    disableLoadBalancingForUserAgents: given.get('disableLoadBalancingForUserAgents')?.split(',') ?? [],
  }
}

/** Three services that are up or down, as a case says. */
class Services {
  readonly #modes = new Map<number, string>()
  readonly #streaming: boolean
  #up: readonly number[] = [1, 2, 3]
  reached: (readonly [string, string])[] = []

  constructor(streaming: boolean) {
    this.#streaming = streaming
  }

  set({up, backendMode}: Step): void {
    if (up) this.#up = up
    if (backendMode) this.#modes.set(...backendMode)
  }

  answer(host: string, target: string): Deed {
    const number = Number(host[1])
    if (!this.#up.includes(number)) return 'connect'
    this.reached.push([`h${number}`, target])
    const mode = this.#modes.get(number)
    if (mode === 'close') return 'sent'
    if (mode === '503') return {status: 503, body: textBody(`unavailable ${number}`)}
    if (!this.#streaming) return {body: textBody(`from h${number}`)}
    return {headers: ['Content-Type', 'text/event-stream'], body: textBody(`data:from h${number}\n\n`)}
  }
}

/** A clock on which waiting is over at once, and is added up. */
function hastyClock(): Clock & {slept: number} {
  return {
    slept: 0,
    date: () => 0,
    now() {
      return this.slept
    },
    after(ms, then) {
      this.slept += ms
      queueMicrotask(then)
      return () => {}
    },
  }
}

async function difference(golden: HaCase): Promise<string | undefined> {
  const {config = OTHER_CONFIG, urls = OTHER_URLS} = golden
  const streaming = golden.dispatch === 'SSEHaDispatch'
  const services = new Services(streaming)
  const transport = new FakeTransport(({url}) => services.answer(url.host, `${url.path}?${url.query}`))
  const clock = hastyClock()
  const dispatch = createDispatch(
    {
      plan: {...plan, kind: streaming ? 'sse' : 'http'},
      pool: endpointPool(urls, policyOf(config, ROLES[golden.dispatch] ?? '')),
      clock,
      whitelist: undefined,
    },
    transport,
    new OpenStreams({now: () => 0, date: () => 0, after: () => () => {}}),
  )
  for (const step of golden.steps) {
    services.set(step)
    if (!step.request) continue
    services.reached = []
    clock.slept = 0
    const {method = 'GET', headers} = step.request
    const asked = exchange({method, headers: headers.flat(), path: '/p/q?x=1', ...(method !== 'GET' && {body: 'x'})})
    const told = {...asked, frontend: {...asked.frontend, path: `/gateway/${golden.topology}`}}
    const outcome = await dispatch.dispatch(told).then(
      async response => ({
        status: response.status,
        body: await textOf(response.body),
        setCookie: valuesOf(response.headers, 'set-cookie'),
      }),
      (error: GatewayError) => ({status: error.status, body: '', setCookie: []}),
    )
    const found = differing(step, outcome, services.reached, config.includes('enabled=false') ? undefined : clock.slept)
    if (found) return `${golden.topology} ${golden.dispatch}, ${golden.scenario}: ${found}`
  }
  return undefined
}

/** Without HA, Knox's client sleeps on its own account. Knox answers a refused connection with 500, we with 502; and its streams leave the cookie's path out. */
function differing(
  step: Step,
  outcome: {status: number; body: string; setCookie: readonly string[]},
  reached: readonly (readonly [string, string])[],
  slept: number | undefined,
): string | undefined {
  const status = step.status === 500 ? 502 : step.status
  const cookies = (all: readonly string[] = []) => all.map(each => each.replace(/ Path=[^;]*;/, '')).join()
  const served = (each: string | readonly [string, string]) => (typeof each === 'string' ? each : each.join(''))
  const [sample] = step.reachedBackends ?? []
  const ours = reached.map(each => (typeof sample === 'string' ? each[0] : each.join('')))
  if (outcome.status !== status) return `status ${outcome.status}`
  if (step.body !== undefined && status === 200 && outcome.body !== step.body) return `body ${outcome.body}`
  if (cookies(outcome.setCookie) !== cookies(step.setCookie)) return `cookie ${outcome.setCookie}`
  if (ours.join() !== (step.reachedBackends ?? []).map(served).join()) return `reached ${ours}`
  if (slept === undefined || step.seconds === undefined) return undefined
  return slept / 1000 > step.seconds + 0.02 || (step.seconds > 1 && slept < 1000) ? `slept ${slept} ms` : undefined
}

test('failover, balancing and stickiness go as they went at Knox', async t => {
  await agreesWithGolden<HaCase>(t, 'http-behaviour.jsonl', difference, {
    only: ({kind}) => kind === 'ha',
    classOf: golden => golden.dispatch,
  })
})
