import type {Exchange, GatewayResponse} from './exchange.js'
import type {Dispatch, Entered, Filter} from './filter.js'

/** What an error thrown on the way becomes. */
export type Answer = (error: unknown, exchange: Exchange) => GatewayResponse

/**
 * Runs an exchange through its filters to the dispatch and back. Never rejects for what filters and
 * dispatch throw: `answer` makes a response of it, which then passes the filters already entered.
 */
export async function runChain(
  filters: readonly Filter[],
  dispatch: Dispatch,
  answer: Answer,
  start: Exchange,
): Promise<GatewayResponse> {
  let exchange = start
  let response: GatewayResponse | undefined
  let entered = 0
  try {
    while (entered < filters.length && response === undefined) {
      const step = filters[entered]?.enter?.(exchange)
      entered++
      if (step === undefined) continue
      const result: Entered = step instanceof Promise ? await step : step
      if ('answer' in result) response = result.answer
      else exchange = result
    }
    response ??= await dispatch.dispatch(exchange)
  } catch (error) {
    response = answer(error, exchange)
  }
  return leave(filters, entered, response, exchange, answer)
}

async function leave(
  filters: readonly Filter[],
  entered: number,
  given: GatewayResponse,
  exchange: Exchange,
  answer: Answer,
): Promise<GatewayResponse> {
  let response = given
  for (let i = entered - 1; i >= 0; i--) {
    const filter = filters[i]
    if (filter?.leave === undefined) continue
    try {
      const step = filter.leave(response, exchange)
      response = step instanceof Promise ? await step : step
    } catch (error) {
      response.body.discard()
      response = answer(error, exchange)
    }
  }
  return response
}
