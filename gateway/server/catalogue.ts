import type {Filter} from '../pipeline/filter.js'
import {anonymous} from '../providers/anonymous.js'
import {defaultIdentity} from '../providers/default-identity.js'
import type {Catalogue, DispatchClass} from '../topology/catalogue.js'
import type {ProviderPlan} from '../topology/gateway-plan.js'
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
  providers: [
    {role: 'authentication', name: 'Anonymous', doc: 'Everybody is `anonymous`.', params: {}, freeParams: false},
    {
      role: 'identity-assertion',
      name: 'Default',
      doc: 'Tells services the user by `user.name`.',
      params: {},
      freeParams: false,
    },
    {role: 'rewrite', name: 'url-rewrite', doc: 'Always there; may be named.', params: {}, freeParams: false},
    {role: 'hostmap', name: 'static', doc: 'Host names outside and inside.', params: {}, freeParams: true},
  ],
  functions: new Set(rewriteFunctions.keys()),
}

function http(doc: string, given: Partial<DispatchClass> = {}): DispatchClass {
  return {doc, kind: 'http', ha: false, passAllHeaders: false, urlEncoding: 'as-is', ...given}
}

const FILTERS: Readonly<Record<string, Filter>> = {
  'authentication/Anonymous': anonymous,
  'identity-assertion/Default': defaultIdentity,
}

/** The filter of a provider in a plan. Throws when the catalogue offers a provider that nothing makes. */
export function filterOf({role, name}: ProviderPlan): Filter {
  const filter = FILTERS[`${role}/${name}`]
  if (filter === undefined) throw new Error(`no filter for provider ${role}/${name}`)
  return filter
}
