import type {Cancel, Clock} from '../../common/clock.js'
import {GatewayError} from '../../common/errors.js'
import {valueOf, valuesOf} from '../../http/headers.js'
import type {Exchange} from '../../pipeline/exchange.js'
import type {Dispatch} from '../../pipeline/filter.js'
import type {UpgradingClient} from '../../pipeline/transport.js'
import type {LiveRoute} from '../live/live.js'
import {type Serving, serve, type Visit} from '../serve.js'
import type {SentHead} from './request-line.js'

/** Whether a request asks for a WebSocket and nothing else (RFC 6455 §4.1): what has a body is an ordinary request. */
export function isWebSocket({method, headers}: SentHead): boolean {
  if (method !== 'GET' || valueOf(headers, 'upgrade')?.toLowerCase() !== 'websocket') return false
  const hasBody = valueOf(headers, 'transfer-encoding') !== undefined || Number(valueOf(headers, 'content-length')) > 0
  return !hasBody && valuesOf(headers, 'connection').some(value => UPGRADE.test(value))
}

const UPGRADE = /(?:^|,)[\t ]*upgrade[\t ]*(?:,|$)/i

/** Serves an upgrade through the same route, filters and choice of endpoint as any request; `take` gives the client's side for good. */
export function serveUpgrade(serving: Serving, visit: Visit, take: () => UpgradingClient): void {
  serve(serving, visit, route => upgrading(serving, route, visit, take))
}

function upgrading(
  {webSockets, clock}: Serving,
  route: LiveRoute,
  visit: Visit,
  take: () => UpgradingClient,
): Dispatch {
  return {
    async dispatch(exchange) {
      if (!webSockets) throw new GatewayError(403, 'web-sockets-off', 'There are no WebSockets here.')
      const client = take()
      const response = await route.upgrade(exchange, client)
      visit.status = response.status
      if (response.status === 101) endAtExpiry(exchange, client, clock)
      return response
    },
  }
}

/** Milliseconds that a timer is set to at most: it can wait no longer than 24 days. */
const DAY = 86_400_000

/** What a client proved ends, and with it what it began with that: broken off, since nobody here knows where a message ends. */
function endAtExpiry({principal, gone}: Exchange, {socket}: UpgradingClient, clock: Clock): void {
  const {expiresAt} = principal ?? {}
  if (expiresAt === undefined) return
  const look = () => {
    const left = expiresAt - clock.date()
    if (left <= 0) socket.destroy()
    else cancel = clock.after(Math.min(left, DAY), look)
  }
  let cancel: Cancel = () => undefined
  gone.on(() => cancel())
  look()
}
