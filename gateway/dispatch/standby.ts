import type {FailoverPolicy} from '../ha/failover-policy.js'
import {bytesBody} from '../http/body.js'
import {codingOf, decodedBody} from '../http/content-coding.js'
import {valueOf} from '../http/headers.js'
import {peeked} from '../http/peeked.js'
import type {StandbyAnswer} from '../pipeline/dispatch-plan.js'
import type {GatewayResponse} from '../pipeline/exchange.js'
import type {Sender} from './failover.js'

/** Bytes of an answer that are looked through; a standby's is shorter by far. */
const LOOKED_THROUGH = 65_536

/** Which responses count as a failure of their endpoint; undefined: none. Source: Knox, `AbstractHdfsHaDispatch`, `RMHaBaseDispatcher`, `AtlasHaDispatch`. */
export function refusals(
  policy: FailoverPolicy | undefined,
  standby: StandbyAnswer | undefined,
): Sender<never, GatewayResponse, never>['refusal'] {
  if (policy === undefined || (policy.failoverStatuses.length === 0 && standby === undefined)) return undefined
  return {
    async of(response, {failoverStatuses}) {
      if (failoverStatuses.includes(response.status)) return {result: response, refused: 'status'}
      if (!standby?.statuses.includes(response.status)) return {result: response, refused: undefined}
      if (standby.texts !== undefined) return byText(response, standby.texts)
      return {result: response, refused: byLocation(response, standby.location) ? 'standby' : undefined}
    },
    drop: response => response.body.discard(),
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
