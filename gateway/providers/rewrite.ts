import {GatewayError} from '../common/errors.js'
import type {Log} from '../common/log.js'
import {printUrl, type RequestUrl} from '../common/request-url.js'
import {climbs} from '../http/path-climb.js'
import type {Aim, Exchange} from '../pipeline/exchange.js'
import type {Filter} from '../pipeline/filter.js'
import {defineProvider} from '../pipeline/provider.js'
import {RewriteError} from '../rewrite/rewrite-error.js'
import type {RewriteContext} from '../rewrite/rewrite-function.js'
import type {RouteRewriter} from '../rewrite/rewriter.js'
import type {ContextOf, EditingParts} from './edited-message.js'
import {requestRewriting} from './request-rewriting.js'
import {responseRewriting} from './response-rewriting.js'

/** What a route says of rewriting. */
export interface RewriteOptions {
  readonly rewriter: RouteRewriter
  /** Role of the route's service. */
  readonly role: string
  /** URL in use of any service role of the topology. */
  readonly serviceUrl: (role: string) => string | undefined
  readonly log: Log
  readonly editing: EditingParts
}

/** The provider's name, which topologies may leave out: every route rewrites. Source: Knox, `UrlRewriteProcessor`. */
export const urlRewrite = defineProvider({
  role: 'rewrite',
  name: 'url-rewrite',
  doc: 'Always there; may be named.',
  params: {},
  create: () => [],
})

/** Rewrites what requests carry for services, and leads what answers name back through the gateway. */
export function rewriteFilter(options: RewriteOptions): Filter {
  const {rewriter, editing} = options
  const context: ContextOf = exchange => contextOf(exchange, exchange.notes.endpoint || undefined, options)
  const toClient = responseRewriting(rewriter.messages, editing, context)
  return {
    name: 'rewrite',
    enter: requestRewriting(rewriter.messages, editing, context),
    leave: (response, exchange) => (response.own ? response : toClient(response, exchange)),
  }
}

/** Makes the address at the service. */
export function aimBy(options: RewriteOptions): Aim {
  return (serviceUrl, exchange) => aimed(exchange, serviceUrl, options)
}

function aimed(exchange: Exchange, serviceUrl: string, options: RewriteOptions): RequestUrl {
  const {url} = exchange.request
  const target = inbound(exchange, url, serviceUrl, options)
  if (target === undefined) {
    options.log.warn('no IN rule fits', {
      id: exchange.id,
      url: printUrl(url),
      rule: options.rewriter.rule ?? '(best match)',
    })
    throw new GatewayError(404, 'no-rule', 'No rule makes an address of this request.')
  }
  if (climbs(target.path, serviceUrl)) throw new GatewayError(400, 'path-climbs', 'The path leads out of the service.')
  return target
}

function inbound(
  exchange: Exchange,
  url: RequestUrl,
  serviceUrl: string,
  options: RewriteOptions,
): RequestUrl | undefined {
  try {
    return options.rewriter.inbound(url, contextOf(exchange, serviceUrl, options))
  } catch (error) {
    if (!(error instanceof RewriteError)) throw error
    const message = `The rule ${error.rule} cannot make an address of this request.`
    if (error.status === 400)
      throw new GatewayError(400, 'tampered', 'What was encrypted in this address was changed.', error)
    throw new GatewayError(500, 'rewrite-failed', message, error)
  }
}

function contextOf(
  {frontend, principal, request}: Exchange,
  own: string | undefined,
  {role, serviceUrl, editing}: RewriteOptions,
): RewriteContext {
  return {
    frontend,
    principal: principal?.name,
    inboundQuery: request.url.query,
    serviceUrl: asked => (asked === role && own !== undefined ? own : serviceUrl(asked)),
    trace: editing.trace,
  }
}
