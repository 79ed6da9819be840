import type {Clock} from '../common/clock.js'
import type {FailoverPolicy} from '../ha/failover-policy.js'
import {bytesBody} from '../http/body.js'
import {codingOf, decodedBody} from '../http/content-coding.js'
import {valueOf} from '../http/headers.js'
import {peeked} from '../http/peeked.js'
import type {DispatchPlan, StandbyAnswer} from '../pipeline/dispatch-plan.js'
import type {GatewayResponse} from '../pipeline/exchange.js'
import {isStream} from '../streams/stream-response.js'
import type {Refusal} from './failover.js'
import {streamStart} from './first-event.js'
import type {RequestLeg} from './leg.js'

/** Bytes of an answer that are looked through; a standby's is shorter by far. */
const LOOKED_THROUGH = 65_536

/** Which responses count as a failure of their endpoint; undefined: none. Source: Knox, `AbstractHdfsHaDispatch`, `RMHaBaseDispatcher`, `AtlasHaDispatch`. */
export function refusals(
  policy: FailoverPolicy | undefined,
  {manners: {standby}, stream: {firstEventTimeout}}: DispatchPlan,
  clock: Clock,
): Refusal<{readonly leg?: RequestLeg | undefined}, GatewayResponse> | undefined {
  if (policy === undefined) return undefined
  if (policy.failoverStatuses.length === 0 && standby === undefined && firstEventTimeout === 0) return undefined
  return {
    async of(response, {failoverStatuses}, isLast) {
      if (failoverStatuses.includes(response.status)) return {result: response, refused: 'status'}
      if (firstEventTimeout > 0 && !isLast && isStream(response)) {
        const start = await streamStart(response, firstEventTimeout, clock)
        return {result: start.response, refused: start.idle ? 'idle' : undefined}
      }
      if (!standby?.statuses.includes(response.status)) return {result: response, refused: undefined}
      if (standby.texts !== undefined) return byText(response, standby.texts)
      return {result: response, refused: byLocation(response, standby.location) ? 'standby' : undefined}
    },
    drop({body}, {leg}) {
      leg?.stop()
      body.discard()
    },
  }
}

/** Source: Knox, `AtlasHaDispatch`, `isLoginRedirect`. */
function byLocation({headers}: GatewayResponse, location: StandbyAnswer['location']): boolean {
  const value = valueOf(headers, 'location')
  if (location === 'some') return value !== undefined
  return value === undefined || !(value.endsWith('login.jsp') || value.includes('originalUrl'))
}

async function byText(response: GatewayResponse, texts: readonly string[]) {
  const {bytes, body} = await peeked(response.body, LOOKED_THROUGH)
  const text = await decoded(bytes, codingOf(response.headers))
  const refused = texts.some(each => text.includes(each)) ? ('standby' as const) : undefined
  return {result: {...response, body}, refused}
}

async function decoded(bytes: Buffer, coding: string): Promise<string> {
  const plain = coding === '' ? undefined : decodedBody(bytesBody(bytes), coding)
  if (plain === undefined) return bytes.toString()
  const {bytes: start, body} = await peeked(plain, LOOKED_THROUGH)
  body.discard()
  return start.toString()
}
