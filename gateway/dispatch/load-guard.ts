import type {DispatchPlan} from '../pipeline/dispatch-plan.js'
import type {Filter} from '../pipeline/filter.js'
import type {OpenStreams} from '../streams/open-streams.js'
import {isStreaming} from './streaming.js'

/**
 * Refuses what there is no room for before anything else is done about it: to find out who asks costs more than
 * that there is no room. Undefined where nothing is limited. Its filter throws RefusedError.
 */
export function loadGuard(
  plan: DispatchPlan,
  streams: OpenStreams,
  isBusy: (() => boolean) | undefined,
): Filter | undefined {
  const {stream, admission} = plan
  const capped = plan.kind === 'sse' && streams.isCapped(stream.maxStreams)
  if (isBusy === undefined && !capped && admission === undefined) return undefined
  return {
    name: 'load',
    momentary: true,
    enter(exchange) {
      if (isBusy?.()) throw streams.refused(exchange, 503, 'gateway-busy', 'The gateway has too much to do.')
      if (capped && isStreaming(plan, exchange)) streams.check(exchange, stream.maxStreams)
      if (admission !== undefined && streams.lines.isFull(exchange.notes, admission)) throw streams.tooBusy(exchange)
      return exchange
    },
  }
}
