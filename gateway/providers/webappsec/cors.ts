import {GatewayError} from '../../common/errors.js'
import {flag, integer, type Param, text, type Values} from '../../common/params.js'
import {emptyBody} from '../../http/body.js'
import {type Headers, valueOf, without} from '../../http/headers.js'
import type {Exchange, GatewayResponse} from '../../pipeline/exchange.js'
import type {Filter} from '../../pipeline/filter.js'

/** Items between spaces or commas: Knox's guide has the former, its examples the latter. */
function words(doc: string, value: readonly string[] = []): Param<readonly string[]> {
  return {
    doc,
    default: value,
    unit: 'list, space or ,',
    read: given => given.split(/[\s,]+/).filter(word => word !== ''),
  }
}

function origins(doc: string): Param<readonly string[]> {
  const each = words(doc, ['*'])
  return {...each, read: given => each.read(given).map(readOrigin)}
}

/** As a browser sends it (RFC 6454 §6.2). */
function readOrigin(given: string): string {
  if (given === '*' || given === 'null') return given
  if (!/^[a-z][a-z\d+.-]*:\/\/[^/?#@]+$/i.test(given) || !URL.canParse(given))
    throw new RangeError(`"${given}" is no origin, such as https://a.example`)
  return /^https?:/i.test(given) ? new URL(given).origin : given
}

/**
 * Which pages of other origins may ask (Fetch standard, "CORS protocol"), in the names of the filter that Knox
 * uses: `com.thetransactioncompany.cors.CORSFilter`. Differs: Knox loses all but `cors.enabled`.
 */
export const corsParams = {
  'cors.enabled': flag('Whether requests of other origins are told apart.', false),
  'cors.allowOrigin': origins('Origins that may ask, such as `https://a.example`; `*`: all.'),
  'cors.allowSubdomains': flag(
    'Also origins whose host ends in that of such an origin, with its scheme and port.',
    false,
  ),
  'cors.allowGenericHttpRequests': flag('Whether requests that name no other origin pass.', true),
  'cors.supportedMethods': words('Methods that pages may use.', ['HEAD', 'POST', 'GET', 'OPTIONS']),
  'cors.supportedHeaders': words('Headers that pages may send; `*`: all that they ask for.', ['*']),
  'cors.exposedHeaders': words('Headers of answers that pages may read besides the simple ones.'),
  'cors.supportsCredentials': flag('Whether pages may use cookies and other credentials of the user.', true),
  'cors.maxAge': integer('Seconds for which a browser may remember the answer to its question; -1: as it likes.', -1, {
    min: -1,
  }),
  'cors.tagRequests': text('No effect here.'),
}

type Options = Values<typeof corsParams>

/** Answers the questions of browsers (preflight) itself, before anybody is authenticated, and marks the answers to pages that may read them. */
export function cors(options: Options): readonly Filter[] {
  if (!options['cors.enabled']) return []
  const mayAsk = originTest(options)
  const methods = new Set(options['cors.supportedMethods'].map(method => method.toUpperCase()))
  const preflight = preflightAnswer(options, methods)
  const exposed = options['cors.exposedHeaders'].join(', ')
  return [
    {
      name: 'WebAppSec CORS',
      enter(exchange) {
        const {headers, method} = exchange.request
        const origin = otherOrigin(exchange)
        if (origin === undefined) {
          if (options['cors.allowGenericHttpRequests']) return exchange
          throw new GatewayError(403, 'cors-generic', 'Only pages of other origins may ask here.')
        }
        if (!mayAsk(origin)) throw new GatewayError(403, 'cors-origin', 'This origin may not ask here.')
        const asked = methodAskedFor(exchange)
        if (!methods.has((asked ?? method).trim().toUpperCase()))
          throw new GatewayError(405, 'cors-method', 'Pages of other origins may not use this method here.')
        if (asked === undefined) return exchange
        return {answer: preflight(origin, valueOf(headers, 'access-control-request-headers'))}
      },
      leave(response, exchange) {
        const origin = otherOrigin(exchange)
        if (origin === undefined || methodAskedFor(exchange) !== undefined) return response
        const own = without(response.headers, isCors)
        const more = exposed === '' ? [] : ['Access-Control-Expose-Headers', exposed]
        return {...response, headers: [...own, ...allowed(origin, options), ...more]}
      },
    },
  ]
}

/** What a browser wants to know before it asks (preflight). */
const methodAskedFor = ({request: {method, headers}}: Exchange) =>
  method === 'OPTIONS' ? valueOf(headers, 'access-control-request-method') : undefined

const isCors = (name: string) => /^access-control-/i.test(name)

/** The origin of a page that is not the gateway's own. */
function otherOrigin({request: {headers, url}, frontend}: Exchange): string | undefined {
  const origin = valueOf(headers, 'origin')
  if (origin === undefined) return undefined
  const port = (scheme: string, given: string) =>
    given === '' || given === (scheme === 'https' ? '443' : '80') ? '' : `:${given}`
  const own = [
    `${url.scheme}://${url.host}${port(url.scheme, url.port)}`,
    `${frontend.scheme}://${frontend.host}${port(frontend.scheme, frontend.port)}`,
  ]
  return own.includes(origin) ? undefined : origin
}

function originTest(options: Options): (origin: string) => boolean {
  const origins = options['cors.allowOrigin']
  if (origins.includes('*')) return () => true
  const exact = new Set(origins)
  if (!options['cors.allowSubdomains']) return origin => exact.has(origin)
  const parents = origins.flatMap(origin => {
    const [, scheme, host] = /^([a-z][a-z0-9+.-]*:\/\/)(.+)$/i.exec(origin) ?? []
    return scheme && host ? [{scheme, suffix: `.${host}`}] : []
  })
  return origin =>
    exact.has(origin) || parents.some(({scheme, suffix}) => origin.startsWith(scheme) && origin.endsWith(suffix))
}

/** Without credentials everybody may be told `*`, which caches keep; else the answer is for one origin. */
function allowed(origin: string, options: Options): Headers {
  if (!options['cors.supportsCredentials'] && options['cors.allowOrigin'].includes('*'))
    return ['Access-Control-Allow-Origin', '*']
  const credentials = options['cors.supportsCredentials'] ? ['Access-Control-Allow-Credentials', 'true'] : []
  return ['Access-Control-Allow-Origin', origin, ...credentials, 'Vary', 'Origin']
}

function preflightAnswer(options: Options, methods: ReadonlySet<string>) {
  const named = options['cors.supportedHeaders']
  const any = named.includes('*')
  const known = new Set(named.map(name => name.toLowerCase()))
  const maxAge = options['cors.maxAge']
  return (origin: string, asked: string | undefined): GatewayResponse => {
    const names = (asked ?? '').split(',').map(name => name.trim().toLowerCase())
    if (!any && names.some(name => name !== '' && !known.has(name)))
      throw new GatewayError(403, 'cors-header', 'Pages of other origins may not send this header here.')
    const allowedHeaders = any ? asked : named.join(', ')
    const headers = [
      ...allowed(origin, options),
      ...(maxAge > 0 ? ['Access-Control-Max-Age', String(maxAge)] : []),
      'Access-Control-Allow-Methods',
      [...methods].join(', '),
      ...(allowedHeaders === undefined ? [] : ['Access-Control-Allow-Headers', allowedHeaders]),
      'Content-Length',
      '0',
    ]
    return {status: 200, headers, body: emptyBody}
  }
}
