import {remember} from '../common/remember.js'
import {knownCodings} from '../http/content-coding.js'
import {strongMatch} from '../http/edited-headers.js'
import {FORWARDED_NAMES} from '../http/forwarded.js'
import {
  type Headers,
  hasAny,
  isNamed,
  nameTest,
  rememberName,
  replaced,
  valueOf,
  valuesOf,
  without,
} from '../http/headers.js'
import type {Exchange} from '../pipeline/exchange.js'
import type {MessageRewriter} from '../rewrite/rewriter.js'
import {type ContextOf, type EditingParts, messageEditor} from './edited-message.js'
import {failedHeader} from './response-rewriting.js'

/** Gives the same exchange when nothing changes. */
export type RewriteRequest = (exchange: Exchange) => Exchange

/** What a route does with requests: their headers, their cookies, their bodies. */
export function requestRewriting(rewriter: MessageRewriter, parts: EditingParts, context: ContextOf): RewriteRequest {
  const {rewritesRequestHeader, requestHeaders, bodies} = rewriter
  const changesAnswers = bodies.out.changesAny
  const changesBodies = bodies.in.changesAny
  const editor = messageEditor(bodies.in, parts, context)
  const lookOf = lookFor(changesAnswers)(rewritesRequestHeader)
  const changesForwarded = FORWARDED_NAMES.some(rewritesRequestHeader)
  const rewritten = (headers: Headers, exchange: Exchange) =>
    requestHeaders(headers, context(exchange), failedHeader(parts.log, exchange.id))
  return exchange => {
    const changed = withRequest(exchange)
    return changesForwarded ? {...changed, forwarded: rewritten(exchange.forwarded, exchange)} : changed
  }

  function withRequest(exchange: Exchange): Exchange {
    const {request} = exchange
    if (request.body === undefined && passes(request.headers, lookOf)) return exchange
    let {headers} = request
    if (hasAny(headers, rewritesRequestHeader)) headers = rewritten(headers, exchange)
    if (changesAnswers) headers = withOwnId(forWholeBodies(headers), exchange)
    const edited =
      request.body !== undefined && changesBodies
        ? editor.edit({headers, body: request.body}, exchange)
        : {headers, body: request.body}
    if (edited.headers === request.headers && edited.body === request.body) return exchange
    return {...exchange, request: {...request, headers: edited.headers, body: edited.body}}
  }

  function withOwnId(headers: Headers, exchange: Exchange): Headers {
    const id = valueOf(headers, 'last-event-id')
    if (id === undefined) return headers
    const own = rewriter.lastEventId(id, context(exchange))
    return own === id ? headers : replaced(headers, 'Last-Event-ID', own)
  }
}

/** What is to be done about a field of a request, by its name: for most of them nothing. */
type Look = 'pass' | 'codings' | 'rewrite'

/** Tests of names that differ. */
const MOST_TESTS = 200

/** Of the names of all routes whose fields are alike; `changesAnswers`: bodies must come whole, in codings that are known here. Scope: process. */
const lookFor = remember((changesAnswers: boolean) =>
  remember(
    (isRewritten: (name: string) => boolean) =>
      rememberName((name): Look => {
        if (isRewritten(name)) return 'rewrite'
        return changesAnswers && isOfBodies(name) ? (isNamed(name, 'accept-encoding') ? 'codings' : 'rewrite') : 'pass'
      }),
    MOST_TESTS,
  ),
)

const isOfParts = nameTest(['range', 'if-range'])
const isOfBodies = nameTest(['range', 'if-range', 'if-match', 'accept-encoding', 'last-event-id'])

/** Whether all fields pass as they are, as those of most requests do. */
function passes(headers: Headers, lookOf: (name: string) => Look): boolean {
  let codings = 0
  for (let i = 0; i < headers.length; i += 2) {
    const look = lookOf(headers[i] ?? '')
    if (look === 'pass') continue
    const value = headers[i + 1] ?? ''
    if (look === 'rewrite' || codings++ > 0 || knownCodings(value) !== value) return false
  }
  return true
}

/** Asks for a body that can be changed: all of it (a range may be ignored, RFC 9110 §14.2), in a coding that is known here. */
function forWholeBodies(given: Headers): Headers {
  const headers = strongMatch(without(given, isOfParts))
  const accepted = valuesOf(headers, 'accept-encoding')
  if (accepted.length === 0) return headers
  return replaced(headers, 'Accept-Encoding', knownCodings(accepted.join(',')))
}
