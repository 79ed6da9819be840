import {GatewayError} from '../../common/errors.js'
import {frontendAddress} from '../../common/frontend.js'
import {cutUrl, printUrl, type RequestUrl, targetOf} from '../../common/request-url.js'
import {emptyBody} from '../../http/body.js'
import {valueOf} from '../../http/headers.js'
import type {Exchange, GatewayResponse} from '../../pipeline/exchange.js'

/** Where a browser is sent to log in, and where it may come back to. */
export interface LoginRules {
  /** A whole address, or a path at the address at which the client reached the gateway. */
  readonly url: string
  /** Lower case; empty: none. */
  readonly originalUrlHeader: string
  /** Hosts that this header may name; undefined: any that the gateway may send browsers to. */
  readonly originalHosts: readonly string[] | undefined
  readonly mayReturnTo: (url: RequestUrl, frontendHost: string) => boolean
}

/** 302 to the login, which is told in `originalUrl` what was asked for. 400 when nobody may be sent back there. */
export function loginAnswer(exchange: Exchange, rules: LoginRules): GatewayResponse {
  const origin = `${exchange.frontend.scheme}://${frontendAddress(exchange.frontend)}`
  const login = rules.url.startsWith('/') ? origin + rules.url : rules.url
  const original = encodeURIComponent(originalUrl(exchange, origin, rules))
  const location = `${login}${login.includes('?') ? '&' : '?'}originalUrl=${original}`
  return redirect(location)
}

/** 302 without a body. */
export function redirect(location: string, headers: readonly string[] = []): GatewayResponse {
  const fixed = ['Location', location, 'Cache-Control', 'no-store', 'Content-Length', '0']
  return {status: 302, headers: [...fixed, ...headers], body: emptyBody}
}

function originalUrl({request, frontend}: Exchange, origin: string, rules: LoginRules): string {
  const {originalUrlHeader, originalHosts, mayReturnTo} = rules
  const named = originalUrlHeader === '' ? '' : (valueOf(request.headers, originalUrlHeader) ?? '').trim()
  const original = named === '' ? origin + targetOf(request.url) : named
  const url = cutUrl(original)
  const listed = named === '' || originalHosts === undefined || originalHosts.includes(url?.host ?? '')
  if (url === undefined || !listed || !mayReturnTo(withPort(url), frontend.host))
    throw new GatewayError(400, 'return-not-allowed', 'Nobody is sent back to that address.', new Error(original))
  return named === '' ? original : printUrl(url)
}

const withPort = (url: RequestUrl): RequestUrl =>
  url.port === '' ? {...url, port: url.scheme.toLowerCase() === 'https' ? '443' : '80'} : url
