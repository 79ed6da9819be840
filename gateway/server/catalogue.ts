import {anonymous} from '../providers/anonymous.js'
import {defaultIdentity} from '../providers/default-identity.js'
import {hostmap} from '../providers/hostmap.js'
import {urlRewrite} from '../providers/rewrite.js'
import type {Catalogue, DispatchClass} from '../topology/catalogue.js'
import {rewriteFunctions} from './rewrite-functions.js'

const KNOX = 'org.apache.knox.gateway'

/** What the gateway can do: every dispatch, provider and function, in one place. */
export const catalogue: Catalogue = {
  dispatches: {
    [`${KNOX}.dispatch.DefaultDispatch`]: http('Plain; its params may change headers.'),
    [`${KNOX}.dispatch.ConfigurableDispatch`]: http('Plain; its params may change headers.'),
    [`${KNOX}.dispatch.PassAllHeadersDispatch`]: http('Authorization, Set-Cookie and WWW-Authenticate pass.', {
      passAllHeaders: true,
    }),
    [`${KNOX}.dispatch.PassAllHeadersNoEncodingDispatch`]: http('The same; the query is decoded.', {
      passAllHeaders: true,
      urlEncoding: 'query-decoded',
    }),
    [`${KNOX}.dispatch.URLDecodingDispatch`]: http('Plain; the path is decoded.', {urlEncoding: 'path-decoded'}),
    [`${KNOX}.ha.dispatch.DefaultHaDispatch`]: http('Several URLs with failover.', {ha: true}),
    [`${KNOX}.ha.dispatch.ConfigurableHADispatch`]: http('Several URLs with failover.', {ha: true}),
    [`${KNOX}.sse.SSEDispatch`]: http('Event streams.', {kind: 'sse'}),
    [`${KNOX}.ha.dispatch.SSEHaDispatch`]: http('Event streams; several URLs with failover.', {kind: 'sse', ha: true}),
  },
  contributors: {'http-client': `${KNOX}.dispatch.DefaultDispatch`},
  defaultDispatch: `${KNOX}.dispatch.DefaultDispatch`,
  defaultHaDispatch: `${KNOX}.ha.dispatch.DefaultHaDispatch`,
  providerRoles: ['webappsec', 'authentication', 'federation', 'rewrite', 'identity-assertion', 'authorization'],
  providers: [anonymous, defaultIdentity, urlRewrite, hostmap],
  functions: new Set(rewriteFunctions.keys()),
}

function http(doc: string, given: Partial<DispatchClass> = {}): DispatchClass {
  return {doc, kind: 'http', ha: false, passAllHeaders: false, urlEncoding: 'as-is', ...given}
}
