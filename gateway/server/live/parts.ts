import {lookup as systemLookup} from 'node:dns'
import type {LookupFunction} from 'node:net'
import type {ConnectionOptions} from 'node:tls'
import type {Clock} from '../../common/clock.js'
import type {Log} from '../../common/log.js'
import {cutUrl} from '../../common/request-url.js'
import {HealthChecks} from '../../dispatch/health-checks.js'
import {dnsSource, lookupSource, type NameSource} from '../../dispatch/name-source.js'
import {Names} from '../../dispatch/names.js'
import {httpProxyUpgrade} from '../../dispatch/transport/http-proxy-upgrade.js'
import {http2Transport} from '../../dispatch/transport/http2-transport.js'
import {twoWayTransport, twoWayUpgrade} from '../../dispatch/transport/two-way.js'
import {wireTransport} from '../../dispatch/transport/wire-transport.js'
import {whitelistFor} from '../../dispatch/whitelist.js'
import type {SessionSealer} from '../../ha/sessions.js'
import {addressRanges} from '../../http/address-ranges.js'
import {LoopGate} from '../../observe/loop-gate.js'
import {OneTime} from '../../pipeline/one-time.js'
import {cookieScope} from '../../providers/cookie-scope.js'
import {type ForwardingOptions, xForwarded} from '../../providers/x-forwarded.js'
import type {KeyFor} from '../../secrets/own-key.js'
import {seal, unseal} from '../../secrets/seal.js'
import type {Settings} from '../../site/settings.js'
import {OpenStreams} from '../../streams/open-streams.js'
import {Places} from '../../streams/places.js'
import {catalogue} from '../catalogue.js'
import {EventLoopTurns} from '../event-loop-turns.js'
import type {LoadedHome} from '../files/home.js'
import {serviceTls} from '../files/service-tls.js'
import {boundPatterns} from './bound-patterns.js'
import type {Parts} from './go-live.js'
import {rewriteSealers} from './rewrite-sealer.js'

/** What parts are made with. */
export interface PartsOptions {
  readonly clock: Clock
  readonly log: Log
  readonly lookup: LookupFunction | undefined
}

/** How long an idle connection to a service is kept, in ms; a service that names less is heeded. */
const KEEP_ALIVE_MS = 60_000

/** What all topologies of a home share, made of its settings. */
export function newParts(loaded: LoadedHome, options: PartsOptions): Parts {
  boundPatterns()
  const {site, cache} = loaded
  const {settings} = site
  const {clock, log, lookup} = options
  const {transport, upgrades} = newTransports(loaded, options)
  const names = new Names({clock, log, source: nameSource(settings['gateway.dns.servers'], lookup)})
  const gate = newGate(settings, clock)
  const checks = new HealthChecks({clock, transport, random: Math.random})
  return {
    clock,
    log,
    checks,
    names,
    pace: settings['gateway.drain.timeout'],
    get secret() {
      return cache.keyFor('providers')
    },
    aliases: cache.aliases,
    once: new OneTime(clock),
    transport,
    upgrades,
    streams: newStreams(settings, clock, log),
    ...(gate && {isBusy: () => gate.closed}),
    forwarding: xForwarded(forwardingOf(settings)),
    ...(settings['gateway.scope.cookies.feature.enabled'] && {cookieScope}),
    editing: {turns: new EventLoopTurns(clock), clock, limit: settings['gateway.rewrite.value.limit']},
    providers: catalogue.providers,
    sealerOf: rewriteSealers(cache.keyFor),
    sessionSealerOf: sessionSealers(cache.keyFor),
    path: settings['gateway.path'],
    defaultTopology: settings['default.app.topology.name'],
    admins: {users: settings['gateway.knox.admin.users'], groups: settings['gateway.knox.admin.groups']},
    whitelistOf: role => whitelistOf(role, settings),
    async start() {
      await names.start()
      checks.start()
    },
    close() {
      gate?.close()
      names.close()
      checks.close()
      return transport.close()
    },
  }
}

const whitelistOf = (role: string, settings: Settings) =>
  whitelistFor(settings['gateway.dispatch.whitelist'], settings['gateway.dispatch.whitelist.services'], role)

function newGate(settings: Settings, clock: Clock): LoopGate | undefined {
  const limit = settings['gateway.busy.loop.delay']
  return limit > 0 ? new LoopGate(clock, limit) : undefined
}

function newTransports(
  {site: {settings}, cache: {home, aliases}}: LoadedHome,
  {clock, lookup}: PartsOptions,
): Pick<Parts, 'transport' | 'upgrades'> {
  const options = {
    clock,
    lookup,
    maxConnections: settings['gateway.httpclient.maxConnections'],
    keepAlive: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_RESPONSE_HEADER,
  }
  const {plain, twoWay} = serviceTls({settings, home, aliases})
  const transportWith = (tls: ConnectionOptions | undefined) =>
    http2Transport({...options, tls}, wireTransport({...options, tls}))
  const upgradeWith = (tls: ConnectionOptions | undefined) => httpProxyUpgrade({clock, lookup, tls})
  return {
    transport: twoWayTransport(transportWith(plain), () => transportWith(twoWay())),
    upgrades: twoWayUpgrade(upgradeWith(plain), () => upgradeWith(twoWay())),
  }
}

/** For each service of a topology: what is sealed for one does not open in another. Throws SecretsError. */
const sessionSealers =
  (keyFor: KeyFor) =>
  (place: string): SessionSealer => ({
    seal: text => seal(text, keyFor('sessions'), place),
    open: sealed => unseal(sealed, keyFor('sessions'), place),
  })

function newStreams(settings: Settings, clock: Clock, log: Log): OpenStreams {
  const places = new Places(clock, {
    gateway: settings['gateway.streams.max'],
    address: settings['gateway.streams.max.address'],
    principal: settings['gateway.streams.max.principal'],
    rate: settings['gateway.streams.rate'],
  })
  return new OpenStreams(clock, Math.random, record => log.info('audit: a lost stream', {...record}), places)
}

/** A lookup that is given knows all names, unless servers are named too. */
function nameSource(servers: readonly string[], given: LookupFunction | undefined): NameSource {
  const source = lookupSource(given ?? systemLookup)
  return given && servers.length === 0 ? source : dnsSource(servers, source)
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
