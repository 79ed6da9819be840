import {GatewayError} from '../common/errors.js'
import type {RequestUrl} from '../common/request-url.js'
import {type Headers, nameTest, without} from '../http/headers.js'
import type {ServiceManners} from '../pipeline/dispatch-plan.js'
import type {Exchange} from '../pipeline/exchange.js'
import {nifiHeaders, nifiLocation} from './nifi.js'

/** What a dispatch made for one service changes of a message; what it leaves alone is given back as it is. */
export interface Manners {
  target(target: RequestUrl, exchange: Exchange): RequestUrl
  toService(headers: string[], exchange: Exchange, target: RequestUrl): string[]
  toClient(headers: Headers, exchange: Exchange, status: number): Headers
}

const NONE: Manners = {target: target => target, toService: headers => headers, toClient: headers => headers}

/** Prepares them. Throws GatewayError 403 for a user whom the service cannot be told. */
export function mannersOf(plan: ServiceManners): Manners {
  const {withoutPrefix: prefix} = plan
  return {
    target: plan.trailingSlash ? withSlash : NONE.target,
    toService: plan.nifi
      ? nifiHeaders
      : plan.basicUser
        ? withBasic
        : prefix === undefined
          ? NONE.toService
          : headers => [...without(headers, name => name.toLowerCase().startsWith(prefix))],
    toClient: plan.nifi ? nifiLocation : NONE.toClient,
  }
}

/** Source: Knox, `HBaseRequestUtil`, `NiFiRequestUtil`. */
const withSlash: Manners['target'] = (target, {request}) =>
  request.url.path.endsWith('/') && !target.path.endsWith('/') ? {...target, path: `${target.path}/`} : target

const isAuthorization = nameTest(['authorization'])

/** Source: Knox, `HiveDispatchUtils`; RFC 7617 §2: a name has no colon. */
const withBasic: Manners['toService'] = (headers, {principal}) => {
  const kept = [...without(headers, isAuthorization)]
  if (principal === undefined) return kept
  if (principal.name.includes(':'))
    throw new GatewayError(403, 'user-untold', 'The service cannot be told such a name.')
  return [...kept, 'Authorization', `Basic ${Buffer.from(`${principal.name}:*`).toString('base64')}`]
}
