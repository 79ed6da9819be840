import type {Exchange, GatewayResponse} from './exchange.js'
import type {Dispatch, Entered, Filter} from './filter.js'

/** What an error thrown on the way becomes. */
export type Answer = (error: unknown, exchange: Exchange) => GatewayResponse

/**
 * Runs an exchange through its filters to the dispatch and back. Never rejects for what filters and
 * dispatch throw: `answer` makes a response of it, which then passes the filters already entered.
 */
export function runChain(
  filters: readonly Filter[],
  dispatch: Dispatch,
  answer: Answer,
  start: Exchange,
): Promise<GatewayResponse> {
  return enter({filters, dispatch, answer}, 0, start)
}

/**
 * Enters the filters and goes no further: the exchange as a dispatch would get it; undefined when a
 * filter answers itself. Throws what a filter throws.
 */
export async function enterAll(filters: readonly Filter[], start: Exchange): Promise<Exchange | undefined> {
  let exchange = start
  for (const filter of filters) {
    if (filter.momentary) continue
    const step = await filter.enter?.(exchange)
    if (step === undefined) continue
    if ('answer' in step) {
      step.answer.body.discard()
      return undefined
    }
    exchange = step
  }
  return exchange
}

interface Chain {
  readonly filters: readonly Filter[]
  readonly dispatch: Dispatch
  readonly answer: Answer
}

/** Enters the filters from `first` on. Only a step that is asynchronous costs a promise. */
function enter(chain: Chain, first: number, start: Exchange): Promise<GatewayResponse> {
  const {filters} = chain
  let exchange = start
  for (let at = first; at < filters.length; at++) {
    try {
      const step = filters[at]?.enter?.(exchange)
      if (step instanceof Promise) return entering(chain, at, step, exchange)
      if (step === undefined) continue
      if ('answer' in step) return Promise.resolve(leave(chain, at, step.answer, exchange))
      exchange = step
    } catch (error) {
      return Promise.resolve(leave(chain, at - 1, chain.answer(error, exchange), exchange))
    }
  }
  return ask(chain, exchange)
}

function entering(chain: Chain, at: number, step: Promise<Entered>, exchange: Exchange): Promise<GatewayResponse> {
  return step.then(
    entered => ('answer' in entered ? leave(chain, at, entered.answer, exchange) : enter(chain, at + 1, entered)),
    (error: unknown) => leave(chain, at - 1, chain.answer(error, exchange), exchange),
  )
}

function ask(chain: Chain, exchange: Exchange): Promise<GatewayResponse> {
  const last = chain.filters.length - 1
  return chain.dispatch.dispatch(exchange).then(
    response => leave(chain, last, response, exchange),
    (error: unknown) => leave(chain, last, chain.answer(error, exchange), exchange),
  )
}

/** Leaves the filters from `last` back to the first. */
function leave(
  chain: Chain,
  last: number,
  given: GatewayResponse,
  exchange: Exchange,
): GatewayResponse | Promise<GatewayResponse> {
  let response = given
  for (let at = last; at >= 0; at--) {
    try {
      const step = chain.filters[at]?.leave?.(response, exchange)
      if (step instanceof Promise) return leaving(chain, at, step, response, exchange)
      response = step ?? response
    } catch (error) {
      response = replacement(chain, error, response, exchange)
    }
  }
  return response
}

function leaving(
  chain: Chain,
  at: number,
  step: Promise<GatewayResponse>,
  given: GatewayResponse,
  exchange: Exchange,
): Promise<GatewayResponse> {
  return step.then(
    response => leave(chain, at - 1, response, exchange),
    (error: unknown) => leave(chain, at - 1, replacement(chain, error, given, exchange), exchange),
  )
}

function replacement({answer}: Chain, error: unknown, given: GatewayResponse, exchange: Exchange): GatewayResponse {
  given.body.discard()
  return answer(error, exchange)
}
