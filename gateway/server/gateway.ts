import type {LookupFunction} from 'node:net'
import {healthPaths} from '../admin/health.js'
import {ownPaths} from '../admin/own-paths.js'
import {type Clock, systemClock} from '../common/clock.js'
import type {Log} from '../common/log.js'
import type {Problem} from '../common/problem.js'
import {textLog} from '../common/text-log.js'
import type {KeySources} from '../secrets/identity.js'
import {ensureCertificate} from '../secrets/self-signed.js'
import type {Environment} from '../site/read-site.js'
import type {Settings} from '../site/settings.js'
import type {GatewayPlan} from '../topology/gateway-plan.js'
import {accessOutput} from './access-output.js'
import {answer} from './answers.js'
import {drainFront} from './drain.js'
import {ConfigurationError} from './files/configuration-error.js'
import {loadHome} from './files/home.js'
import {isSelfSigned} from './files/tls-files.js'
import {watchHome} from './files/watch.js'
import {type Front, listen} from './front/front.js'
import {frontOptions} from './front/front-options.js'
import {frontTls} from './front/front-tls.js'
import type {Parts} from './live/go-live.js'
import {newParts} from './live/parts.js'
import {Operation} from './operation.js'
import type {Serving} from './serve.js'
import {type ServedHome, servedHome} from './served-home.js'
import {toStandardError} from './standard-error.js'

/** What a gateway is made of. */
export interface GatewayOptions {
  /** Folder that holds `conf/` and `data/services/`. */
  readonly home: string
  /** Instead of `gateway.host` and `gateway.port`; port 0: any free one. */
  readonly host?: string | undefined
  readonly port?: number | undefined
  /** `GATEWAY_…` variables; default: those of the process. */
  readonly environment?: Environment
  readonly log?: Log
  /** Where lines of the access log go, instead of `gateway.access.log.file`. */
  readonly access?: (text: string) => void
  /** Resolves names of services; default: as the system does. */
  readonly lookup?: LookupFunction
  readonly clock?: Clock
  /** Reload when files of the home change; default: yes. */
  readonly watch?: boolean
  /** Open the socket `gateway.control.socket`; default: no, `gateway start` does. */
  readonly control?: boolean
}

/** A gateway. Scope: process; several may stand side by side. */
export interface Gateway {
  /** Accepts from now on. Rejects when the address cannot be had. */
  listen(): Promise<Listening>
  /** Reads the files of the home again: a topology whose files got worse stays as it was, all else is served from now on. */
  reload(): readonly Problem[]
  /** Lets what runs come to its end within `gateway.drain.timeout`, then closes. */
  drain(): Promise<void>
  /** Breaks off what runs, and frees everything. */
  close(): Promise<void>
  /** What was wrong with the files at the last load. */
  readonly problems: readonly Problem[]
  /** What is served now. */
  readonly plan: GatewayPlan
}

export interface Listening {
  /** `http://127.0.0.1:8443/gateway` */
  readonly url: string
  readonly port: number
}

/**
 * Loads a home. Throws ConfigurationError when its settings have faults. `makeParts` makes what all
 * topologies share.
 */
export function createGateway(options: GatewayOptions, makeParts = newParts): Gateway {
  const {home, clock = systemClock, environment = process.env} = options
  const log = options.log ?? textLog(toStandardError)
  const loaded = loadHome(home, environment)
  if (loaded.siteFaulty) throw new ConfigurationError(loaded.problems)
  const {settings} = loaded.site
  const keys = {settings, home, aliases: loaded.cache.aliases}
  const parts = makeParts(loaded, {clock, log, lookup: options.lookup})
  const served = servedHome(loaded, environment, parts)
  const output = accessOutput(settings, {home, clock, log, out: options.access})
  const operation = new Operation(home, options.control ? settings['gateway.control.socket'] : '', parts, served)
  let draining = false
  let open: Open | undefined
  const serving = servingOf(served, settings, {parts, access: output.log, draining: () => draining})

  /** Certificates are read again too; of those that are of no use the problems tell. */
  const reload = () => {
    const problems = served.reload()
    if (open && !served.siteFaulty) open.front.renew(frontTls(keys, environment))
    return problems
  }
  const close = async () => {
    await operation.close()
    if (open) await closeOpen(open)
    served.live.close()
    await parts.close()
    await output.close()
  }
  return {
    get plan() {
      return served.plan
    },
    get problems() {
      return served.problems
    },
    reload,
    async listen() {
      await parts.start()
      const front = await newFront(serving, keys, environment, options)
      open = {front, unwatch: watching(options, clock, log, {...served, reload})}
      await operation.open()
      return listening(front, settings, options.host)
    },
    async drain() {
      draining = true
      if (open) await drainFront(open.front, parts, settings, clock)
      await close()
    },
    close,
  }
}

async function closeOpen({front, unwatch}: Open): Promise<void> {
  await unwatch()
  front.stop()
  front.destroy()
  await front.closed
}

/** Listens as the settings say; a first start makes its certificate. */
async function newFront(
  serving: Serving,
  keys: KeySources,
  environment: Environment,
  options: GatewayOptions,
): Promise<Front> {
  const {settings, home} = keys
  if (isSelfSigned(settings)) await ensureCertificate(home)
  const front = await listen(serving, frontOptions(settings, frontTls(keys, environment), options))
  tellCleartext(front, serving.log)
  return front
}

/** Knox serves TLS unless it is told not to: whoever brings its settings should not miss that passwords would be readable. */
function tellCleartext({address, secure}: Front, log: Log): void {
  if (!secure && !/^(?:127\.|::1$)/.test(address.address))
    log.warn('clients are served in cleartext: ssl.enabled=true serves TLS', {address: address.address})
}

/** What is open while the gateway listens. */
interface Open {
  readonly front: Front
  unwatch(): Promise<void>
}

interface ServingParts extends Pick<Serving, 'access'> {
  readonly parts: Parts
  draining(): boolean
}

function servingOf(served: ServedHome, settings: Settings, {draining, access, parts}: ServingParts): Serving {
  const {clock, log, streams} = parts
  const health = healthPaths({ready: () => !draining(), answer: (status, text) => answer(status, 'text/plain', text)})
  return {
    clock,
    log,
    access,
    streams,
    get live() {
      return served.live
    },
    get stopping() {
      return draining()
    },
    webSockets: settings['gateway.websocket.feature.enabled'],
    strictTransport: settings['gateway.strict.transport.enabled'] ? settings['gateway.strict.transport.option'] : '',
    limits: {
      target: settings['gateway.request.url.max'],
      fields: settings['gateway.request.headers.max'],
      body: settings['gateway.request.body.max'],
      bodySilence: settings['gateway.request.body.timeout'],
      bodyRate: settings['gateway.request.body.rate'],
    },
    own: ownPaths(health),
  }
}

/** Reloads on changes, also on those between the first load and the begin of watching; gives what ends it. */
function watching(
  {home, watch: wanted = true}: GatewayOptions,
  clock: Clock,
  log: Log,
  served: Pick<ServedHome, 'isBehind' | 'reload'>,
): () => Promise<void> {
  if (!wanted) return async () => {}
  const watch = watchHome(home, clock, {
    ready() {
      if (served.isBehind()) served.reload()
    },
    changed: () => served.reload(),
    failed: error => log.error('cannot watch the home', {cause: error.message}),
  })
  return watch.close
}

function listening({address, secure}: Front, settings: Settings, given: string | undefined): Listening {
  const host = given ?? settings['gateway.host']
  const shown = host.includes(':') ? `[${host}]` : host
  return {
    url: `${secure ? 'https' : 'http'}://${shown}:${address.port}/${settings['gateway.path']}`,
    port: address.port,
  }
}
