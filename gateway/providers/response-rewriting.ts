import type {Log} from '../common/log.js'
import {editedHeaders, isOfEdited} from '../http/edited-headers.js'
import {type Headers, hasAny} from '../http/headers.js'
import type {Exchange, GatewayResponse} from '../pipeline/exchange.js'
import type {MessageRewriter} from '../rewrite/rewriter.js'
import {type ContextOf, type EditingParts, messageEditor} from './edited-message.js'

export type RewriteResponse = (response: GatewayResponse, exchange: Exchange) => GatewayResponse

/** What a route does with responses: their headers, their cookies, their bodies. */
export function responseRewriting(rewriter: MessageRewriter, parts: EditingParts, context: ContextOf): RewriteResponse {
  const {rewritesResponseHeader, responseHeaders, bodies} = rewriter
  const changesBodies = bodies.out.changesAny
  const editor = messageEditor(bodies.out, parts, context)
  return (response, exchange) => {
    const {request} = exchange
    const given = rewrittenHeaders(response, exchange)
    if (!changesBodies) return given
    // A part of a body cannot be changed: what it stands in is not known.
    if (given.status === 206 || given.status === 204) return given
    if (given.status === 304)
      return isOfEdited(request.headers, given.headers) ? withHeaders(given, editedHeaders(given.headers)) : given
    if (request.method === 'HEAD')
      return withHeaders(given, editor.edit({headers: given.headers, body: undefined}, exchange).headers)
    const edited = editor.edit(given, exchange)
    return edited === given ? given : {...given, headers: edited.headers, body: edited.body}
  }

  function rewrittenHeaders(response: GatewayResponse, exchange: Exchange): GatewayResponse {
    if (!hasAny(response.headers, rewritesResponseHeader)) return response
    return withHeaders(
      response,
      responseHeaders(response.headers, context(exchange), failedHeader(parts.log, exchange.id)),
    )
  }
}

function withHeaders(response: GatewayResponse, headers: Headers): GatewayResponse {
  return headers === response.headers ? response : {...response, headers}
}

/** Tells of a header that stays. */
export function failedHeader(log: Log, id: string) {
  return (error: {readonly rule: string; readonly message: string}, header: string) =>
    log.warn('header stays as it came', {id, header, rule: error.rule, cause: error.message})
}
