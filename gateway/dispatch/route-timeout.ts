import type {Clock} from '../common/clock.js'
import {GatewayError} from '../common/errors.js'
import type {Exchange, GatewayResponse} from '../pipeline/exchange.js'
import {isStream} from '../streams/stream-response.js'
import {requestLeg} from './leg.js'

/**
 * Gives an exchange `ms` from its request to the end of its response; 0: no limit. Then it rejects with
 * GatewayError 504, or the body that flows is broken off. An event stream looks after its own end.
 */
export function withinTime(
  ms: number,
  clock: Clock,
  exchange: Exchange,
  send: (exchange: Exchange) => Promise<GatewayResponse>,
): Promise<GatewayResponse> {
  if (ms <= 0) return send(exchange)
  const leg = requestLeg(exchange.gone)
  const cancel = clock.after(ms, leg.stop)
  exchange.gone.on(cancel)
  return send({...exchange, gone: leg.gone}).then(
    response => {
      if (isStream(response)) cancel()
      return response
    },
    (error: unknown) => {
      cancel()
      if (!leg.gone.is || exchange.gone.is) throw error
      throw new GatewayError(504, 'route-timeout', 'The service did not answer in time.', error)
    },
  )
}
