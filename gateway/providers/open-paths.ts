import type {Exchange} from '../pipeline/exchange.js'

/** Path of a request behind that of its topology (`/gateway/sandbox`), as sent. */
export const pathWithin = ({request}: Exchange, topologyPath: string) => request.url.path.slice(topologyPath.length)

/** Whether a path needs no authentication: exactly those named, as sent, so that no other spelling leads to another place. */
export const isOpenPath = (exchange: Exchange, open: readonly string[], topologyPath: string) =>
  open.length > 0 && open.includes(pathWithin(exchange, topologyPath))
