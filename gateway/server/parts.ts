import type {LookupFunction} from 'node:net'
import type {ConnectionOptions} from 'node:tls'
import type {Clock} from '../common/clock.js'
import type {Log} from '../common/log.js'
import {cutUrl} from '../common/request-url.js'
import {HealthChecks} from '../dispatch/health-checks.js'
import {httpProxyUpgrade} from '../dispatch/transport/http-proxy-upgrade.js'
import {twoWayTransport, twoWayUpgrade} from '../dispatch/transport/two-way.js'
import {wireTransport} from '../dispatch/transport/wire-transport.js'
import {whitelistFor} from '../dispatch/whitelist.js'
import {addressRanges} from '../http/address-ranges.js'
import {OneTime} from '../pipeline/one-time.js'
import {cookieScope} from '../providers/cookie-scope.js'
import {type ForwardingOptions, xForwarded} from '../providers/x-forwarded.js'
import {seal, unseal} from '../secrets/seal.js'
import type {Settings} from '../site/settings.js'
import {OpenStreams} from '../streams/open-streams.js'
import {Places} from '../streams/places.js'
import {boundPatterns} from './bound-patterns.js'
import {catalogue} from './catalogue.js'
import {EventLoopTurns} from './event-loop-turns.js'
import type {Parts} from './go-live.js'
import type {LoadedHome} from './home.js'
import {rewriteSealers} from './rewrite-sealer.js'
import {serviceTls} from './service-tls.js'

/** What parts are made with. */
export interface PartsOptions {
  readonly clock: Clock
  readonly log: Log
  readonly lookup: LookupFunction | undefined
}

/** How long an idle connection to a service is kept, in ms; a service that names less is heeded. */
const KEEP_ALIVE_MS = 60_000

/** What all topologies of a home share, made of its settings. */
export function newParts(
  {site: {settings}, cache: {home, aliases, keyFor}}: LoadedHome,
  {clock, log, lookup}: PartsOptions,
): Parts {
  boundPatterns()
  const options = {
    clock,
    lookup,
    maxConnections: settings['gateway.httpclient.maxConnections'],
    keepAlive: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_RESPONSE_HEADER,
  }
  const tls = serviceTls({settings, home, aliases})
  const transportWith = (tls: ConnectionOptions | undefined) => wireTransport({...options, tls})
  const upgradeWith = (tls: ConnectionOptions | undefined) => httpProxyUpgrade({clock, lookup, tls})
  const transport = twoWayTransport(transportWith(tls.plain), () => transportWith(tls.twoWay()))
  const whitelist = settings['gateway.dispatch.whitelist']
  const covered = settings['gateway.dispatch.whitelist.services']
  const checks = new HealthChecks({clock, transport, random: Math.random})
  return {
    clock,
    log,
    checks,
    get secret() {
      return keyFor('providers')
    },
    aliases,
    once: new OneTime(clock),
    transport,
    upgrades: twoWayUpgrade(upgradeWith(tls.plain), () => upgradeWith(tls.twoWay())),
    streams: newStreams(settings, clock, log),
    forwarding: xForwarded(forwardingOf(settings)),
    ...(settings['gateway.scope.cookies.feature.enabled'] && {cookieScope}),
    providers: catalogue.providers,
    editing: {turns: new EventLoopTurns(clock), limit: settings['gateway.rewrite.value.limit']},
    sealerOf: rewriteSealers(keyFor),
    sessionSealerOf: place => ({
      seal: text => seal(text, keyFor('sessions'), place),
      open: sealed => unseal(sealed, keyFor('sessions'), place),
    }),
    path: settings['gateway.path'],
    admins: {users: settings['gateway.knox.admin.users'], groups: settings['gateway.knox.admin.groups']},
    whitelistOf: role => whitelistFor(whitelist, covered, role),
    close() {
      checks.close()
      return transport.close()
    },
  }
}

function newStreams(settings: Settings, clock: Clock, log: Log): OpenStreams {
  const places = new Places(clock, {
    gateway: settings['gateway.streams.max'],
    address: settings['gateway.streams.max.address'],
    principal: settings['gateway.streams.max.principal'],
    rate: settings['gateway.streams.rate'],
  })
  return new OpenStreams(clock, Math.random, record => log.info('audit: a lost stream', {...record}), places)
}

/** Bytes of a service's response head. */
const MAX_RESPONSE_HEADER = 65_536

function forwardingOf(settings: Settings): ForwardingOptions {
  const url = cutUrl(settings['gateway.frontend.url'])
  return {
    enabled: settings['gateway.xforwarded.enabled'],
    trusted: addressRanges(settings['gateway.xforwarded.trusted']),
    frontend: url && {...url, port: url.port || (url.scheme === 'https' ? '443' : '80')},
  }
}
