import {GatewayError} from '../../gateway/common/errors.js'
import {problems as collection, printProblem} from '../../gateway/common/problem.js'
import {cutUrl} from '../../gateway/common/request-url.js'
import {emptyBody} from '../../gateway/http/body.js'
import {runChain} from '../../gateway/pipeline/chain.js'
import type {Exchange, GatewayResponse} from '../../gateway/pipeline/exchange.js'
import type {Filter} from '../../gateway/pipeline/filter.js'
import {goneSource} from '../../gateway/pipeline/gone.js'
import {OneTime} from '../../gateway/pipeline/one-time.js'
import type {Principal} from '../../gateway/pipeline/principal.js'
import {failureAnswer, failureOf} from '../../gateway/server/answers.js'
import {catalogue} from '../../gateway/server/catalogue.js'
import {readParams} from '../../gateway/topology/read-params.js'
import {exchange} from '../dispatch/fakes.js'
import {type TestClock, testClock} from '../helpers/clock.js'
import {at} from '../topology/descriptors.js'

/** Params as they stand in a topology. */
export type Params = Readonly<Record<string, string>>

const ROLES = ['PLAIN', 'OTHER']

const found = (role: string, name: string) => {
  const provider = catalogue.providers.find(each => each.role === role && each.name === name)
  if (provider === undefined) throw new Error(`no provider ${role}/${name}`)
  return provider
}

function read(role: string, name: string, params: Params) {
  const problems = collection()
  const provider = found(role, name)
  const descriptors = Object.entries(params).map(([key, value]) => ({name: key, value, at: at('t.xml')}))
  const given = readParams(`${role}/${name}`, provider.params, descriptors, problems)
  provider.check?.(given, {
    roles: ROLES,
    fault: (param, message) => problems.fault('param-invalid', at('t.xml'), `${param}: ${message}`),
    warning: (param, message) => problems.warning('param-doubtful', at('t.xml'), `${param}: ${message}`),
  })
  return {provider, given, told: problems.all.map(printProblem)}
}

/** What is told of a provider's params. */
export const toldOf = (role: string, name: string, params: Params): readonly string[] => read(role, name, params).told

/** The filters of a provider, as a live topology `t` with the services PLAIN and OTHER has them. Throws what is wrong with the params. */
export function filtersOf(
  role: string,
  name: string,
  params: Params = {},
  clock: TestClock = testClock(),
): readonly Filter[] {
  const {provider, given, told} = read(role, name, params)
  if (told.length > 0) throw new Error(told.join('\n'))
  const log = {info() {}, warn() {}, error() {}}
  const admins = {users: ['root'], groups: ['wheel']}
  const parts = {
    topology: 't',
    path: '/gateway/t',
    roles: ROLES,
    admins,
    clock,
    log,
    secret: new Uint8Array(32),
    once: new OneTime(clock),
    mayReturnTo: () => false,
    gone: goneSource(),
  }
  return provider.create(given, parts)
}

/** A request that comes to a filter. */
export interface Coming {
  readonly user?: string | undefined
  readonly groups?: readonly string[]
  readonly method?: string
  /** Query of the request, or of the target where `target` is given. */
  readonly query?: string
  readonly headers?: readonly string[]
  readonly address?: string
  readonly service?: string
  /** Address at the service. */
  readonly target?: string
  readonly body?: string
}

/** An exchange as the filters before leave it. */
export function coming({
  user,
  groups = [],
  method = 'GET',
  query,
  headers = [],
  address = '127.0.0.1',
  service = 'PLAIN',
  target = 'http://s.test/p',
  body,
}: Coming): Exchange {
  const given = exchange({method, headers, ...(body === undefined ? {} : {body})})
  const principal: Principal | undefined = user === undefined ? undefined : {name: user, groups}
  const url = {...given.request.url, query}
  return {
    ...given,
    request: {...given.request, url},
    principal,
    clientAddress: address,
    forwarded: ['X-Forwarded-For', address],
    notes: {...given.notes, service},
    aim: () => cutUrl(query === undefined ? target : `${target}?${query}`) ?? given.request.url,
  }
}

/** What filters make of an exchange: the one that goes on, or the answer. Throws what they throw. */
export async function entered(filters: readonly Filter[], start: Exchange): Promise<Exchange | GatewayResponse> {
  let now = start
  for (const filter of filters) {
    const step = await filter.enter?.(now)
    if (step === undefined) continue
    if ('answer' in step) return step.answer
    now = step
  }
  return now
}

/** Status with which filters answer or refuse; 200: it goes on, and has an address. */
export async function statusOf(role: string, name: string, params: Params, request: Coming): Promise<number> {
  try {
    const found = await entered(filtersOf(role, name, params), coming(request))
    if ('status' in found) return found.status
    found.aim('', found)
    return 200
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    return error.status
  }
}

/** The answer to an exchange that passes filters to a service and back. */
export function answered(
  filters: readonly Filter[],
  start: Exchange,
  headers: readonly string[] = [],
): Promise<GatewayResponse> {
  const dispatch = {dispatch: () => Promise.resolve({status: 200, headers, body: emptyBody})}
  return runChain(filters, dispatch, error => failureAnswer(failureOf(error), 'id', undefined), start)
}
