import {anonymous} from '../providers/anonymous.js'
import {clientCert} from '../providers/authentication/client-cert.js'
import {remoteAuth} from '../providers/authentication/remote-auth.js'
import {shiroProvider} from '../providers/authentication/shiro.js'
import {aclsAuthz} from '../providers/authorization/acls-authz.js'
import {compositeAuthz} from '../providers/authorization/composite-authz.js'
import {pathAclsAuthz} from '../providers/authorization/path-acls-authz.js'
import {headerPreAuth} from '../providers/federation/header-pre-auth.js'
import {jwtProvider} from '../providers/federation/jwt.js'
import {pac4j} from '../providers/federation/pac4j.js'
import {ssoCookieProvider} from '../providers/federation/sso-cookie.js'
import {hostmap} from '../providers/hostmap.js'
import {defaultIdentity, noImpersonation, pseudo} from '../providers/identity/default.js'
import {hadoopGroups} from '../providers/identity/hadoop-groups.js'
import {concat, regex, switchCase} from '../providers/identity/name-rules.js'
import {urlRewrite} from '../providers/rewrite.js'
import {streamTicket} from '../providers/ticket/stream-ticket.js'
import {webAppSec} from '../providers/webappsec/web-app-sec.js'
import type {Catalogue} from '../topology/catalogue.js'
import {http, serviceDispatches} from './dispatch-classes.js'
import {rewriteFunctions} from './live/rewrite-functions.js'

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
    ...serviceDispatches,
  },
  contributors: {'http-client': `${KNOX}.dispatch.DefaultDispatch`},
  defaultDispatch: `${KNOX}.dispatch.DefaultDispatch`,
  defaultHaDispatch: `${KNOX}.ha.dispatch.DefaultHaDispatch`,
  providerRoles: [
    'webappsec',
    'ticket',
    'authentication',
    'federation',
    'rewrite',
    'identity-assertion',
    'authorization',
  ],
  providers: [
    anonymous,
    shiroProvider,
    clientCert,
    remoteAuth,
    headerPreAuth,
    jwtProvider,
    ssoCookieProvider,
    pac4j,
    defaultIdentity,
    pseudo,
    noImpersonation,
    concat,
    switchCase,
    regex,
    hadoopGroups,
    webAppSec,
    aclsAuthz,
    pathAclsAuthz,
    compositeAuthz,
    streamTicket,
    urlRewrite,
    hostmap,
  ],
  functions: rewriteFunctions,
}
