import {GatewayError} from '../common/errors.js'
import type {Exchange} from '../pipeline/exchange.js'
import type {Entered, Filter} from '../pipeline/filter.js'
import {failureOf} from './answers.js'

/** What one filter made of a request. */
export interface Decision {
  readonly filter: string
  readonly decision: string
}

/** The same filters, which write down what each of them decides. */
export function watched(filters: readonly Filter[], decisions: Decision[]): readonly Filter[] {
  const blame = blaming()
  return filters.map(filter => {
    const {name: filterName, enter} = filter
    if (enter === undefined) return filter
    const tell: Tell = decision => {
      decisions.push({filter: filterName, decision})
    }
    return {
      ...filter,
      async enter(exchange) {
        try {
          const entered = await enter(exchange)
          tell(decisionOf(exchange, entered))
          return 'answer' in entered ? entered : blame(entered, exchange, tell)
        } catch (error) {
          tell(refusalOf(error))
          throw error
        }
      },
    }
  })
}

/** With the cause, which only the log tells a client's operator. */
function refusalOf(error: unknown): string {
  const {status, code} = failureOf(error)
  const cause = error instanceof GatewayError && error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return `refuses: ${status} ${code}${cause}`
}

function decisionOf(before: Exchange, entered: Entered): string {
  if ('answer' in entered) return `answers: ${entered.answer.status}`
  const {principal} = entered
  if (principal === undefined || principal === before.principal) return 'passes'
  const groups = principal.groups.length === 0 ? '' : ` of ${principal.groups.join(', ')}`
  return `passes as ${principal.name}${groups}`
}

type Tell = (decision: string) => void

/** Some refuse only when the address at the service is known: the innermost that does is told. */
function blaming(): (entered: Exchange, before: Exchange, tell: Tell) => Exchange {
  let blamed: unknown
  return (entered, before, tell) => {
    const {aim} = entered
    if (aim === before.aim) return entered
    return {
      ...entered,
      aim(serviceUrl, last) {
        try {
          return aim(serviceUrl, last)
        } catch (error) {
          if (error !== blamed) tell(refusalOf(error))
          blamed = error
          throw error
        }
      },
    }
  }
}
