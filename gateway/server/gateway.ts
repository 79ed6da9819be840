import {createWriteStream, readFileSync} from 'node:fs'
import type {LookupFunction} from 'node:net'
import {resolve} from 'node:path'
import {healthPaths} from '../admin/health.js'
import {ownPaths} from '../admin/own-paths.js'
import {type Clock, systemClock} from '../common/clock.js'
import type {Log} from '../common/log.js'
import {type Problem, printProblem} from '../common/problem.js'
import {textLog} from '../common/text-log.js'
import {type AccessLog, accessLog} from '../observe/access-log.js'
import type {Settings} from '../site/settings.js'
import type {GatewayPlan} from '../topology/gateway-plan.js'
import {answer} from './answers.js'
import {ConfigurationError} from './configuration-error.js'
import {type Front, type FrontOptions, listen} from './front.js'
import {type LoadedHome, loadHome, nextPlan} from './home.js'
import type {Live} from './live.js'
import {goLive, type Parts, parts} from './go-live.js'
import type {Serving} from './serve.js'
import {watchHome} from './watch.js'

/** What a gateway is made of. */
export interface GatewayOptions {
  /** Folder that holds `conf/` and `data/services/`. */
  readonly home: string
  /** Instead of `gateway.host` and `gateway.port`; port 0: any free one. */
  readonly host?: string | undefined
  readonly port?: number | undefined
  /** `GATEWAY_…` variables; default: the process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly log?: Log
  /** Where lines of the access log go; default: what `gateway.access.log.file` says. */
  readonly access?: (text: string) => void
  /** Resolves names of services; default: the system's. */
  readonly lookup?: LookupFunction
  readonly clock?: Clock
  /** Reload when files of the home change; default: yes. */
  readonly watch?: boolean
}

/** A gateway. Scope: process; several may stand side by side. */
export interface Gateway {
  /** Accepts from now on. Rejects when the address cannot be had. */
  listen(): Promise<{readonly url: string; readonly port: number}>
  /** Reads the files of the home again; what has no faults is served from now on, what has stays as it was. */
  reload(): readonly Problem[]
  /** Lets what runs come to its end within `gateway.drain.timeout`, then closes. Called again: at once. */
  drain(): Promise<void>
  /** Breaks off what runs, and frees everything. */
  close(): Promise<void>
  /** What the files said at the last load. */
  readonly problems: readonly Problem[]
}

/** Loads a home. Throws ConfigurationError when its settings have faults. */
export function createGateway(options: GatewayOptions): Gateway {
  const {home, clock = systemClock, environment = process.env} = options
  const log = options.log ?? textLog(line => process.stderr.write(line))
  let loaded = loadHome(home, environment)
  if (loaded.siteFaulty) throw new ConfigurationError(loaded.problems)
  tell(loaded.problems, log)
}
