import {GatewayError} from '../common/errors.js'
import type {RequestUrl} from '../common/request-url.js'
import {climbs} from '../http/path-climb.js'
import type {DispatchPlan} from '../pipeline/dispatch-plan.js'

/** Gives a target the text in which it is sent. */
export type TargetText = (target: RequestUrl, serviceUrl: string) => RequestUrl

/**
 * How a dispatch sends its targets. What decoding brings out is encoded again where it could not
 * stand in a request line or would shift the pieces of the address.
 * Throws GatewayError 400 when the decoded path leads out of the service.
 * Source: Knox, `URLDecodingDispatch`, `ConfigurableDispatch`. Differs: Knox fails on what it decoded
 * to anything but five characters, and a decoded `?` or `#` cuts the address anew.
 */
export function targetText(urlEncoding: DispatchPlan['urlEncoding']): TargetText {
  if (urlEncoding === 'path-decoded') return decodedPath
  if (urlEncoding === 'query-decoded') return decodedQuery
  return target => target
}

const NOT_IN_PATH = /[^\w.~!$&'()*+,;=:@/%-]|%(?![0-9A-Fa-f]{2})/gu
const NOT_IN_QUERY = /[^\w.~!$&'()*+,;=:@/?%[\]-]|%(?![0-9A-Fa-f]{2})/gu

const decodedPath: TargetText = (target, serviceUrl) => {
  const path = decoded(target.path).replace(NOT_IN_PATH, encodeURIComponent)
  if (climbs(path, serviceUrl)) throw new GatewayError(400, 'path-climbs', 'The path leads out of the service.')
  return {...target, path}
}

const decodedQuery: TargetText = target => {
  if (target.query === undefined) return target
  const text = decoded(target.query.replaceAll('+', ' '), SEPARATORS)
  const query = text.replace(NOT_IN_QUERY, encodeURIComponent)
  return {...target, query}
}

const ESCAPES = /(?:%[0-9A-Fa-f]{2})+/g

/** A parameter that only decoding would make, such as another `user.name`, is none. */
const SEPARATORS = /[&;]/g

/** Undoes every run of escapes that is UTF-8, but for the characters that are kept; others stay as they are. */
function decoded(text: string, kept = /$^/g): string {
  return text.replace(ESCAPES, run => {
    try {
      return decodeURIComponent(run).replace(kept, encodeURIComponent)
    } catch (error) {
      if (error instanceof URIError) return run
      throw error
    }
  })
}
