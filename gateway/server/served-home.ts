import type {Log} from '../common/log.js'
import {type Problem, printProblem, refuses} from '../common/problem.js'
import {changedForNextStart} from '../site/next-start.js'
import type {Environment} from '../site/read-site.js'
import type {Settings} from '../site/settings.js'
import type {GatewayPlan} from '../topology/gateway-plan.js'
import {type LoadedHome, loadHome, nextPlan} from './files/home.js'
import {goLive, type Parts} from './live/go-live.js'
import type {Live} from './live/live.js'
import {OldStreams} from './live/old-streams.js'

/** The configuration that serves. Scope: process; a reload changes it, exchanges keep what they began under. */
export interface ServedHome {
  readonly live: Live
  readonly plan: GatewayPlan
  readonly problems: readonly Problem[]
  /** The settings as they are now have faults; those that were read first serve. */
  readonly siteFaulty: boolean
  /** Whether the files of the home are others than those that were read. */
  isBehind(): boolean
  /** Reads what changed and swaps; what has faults stays as it was, and is told. */
  reload(): readonly Problem[]
}

/** Serves what was loaded. */
export function servedHome(first: LoadedHome, environment: Environment, parts: Parts): ServedHome {
  let loaded = first
  let {plan} = first
  let live = goLive(plan, parts)
  const old = new OldStreams(live, parts.streams, first.site.settings, parts.log)
  tell(first.problems, parts.log)
  return {
    get live() {
      return live
    },
    get plan() {
      return plan
    },
    get problems() {
      return loaded.problems
    },
    get siteFaulty() {
      return loaded.siteFaulty
    },
    isBehind: () => loaded.cache.files.changed(),
    reload() {
      loaded = loadHome(first.cache.home, environment, loaded)
      tell(loaded.problems, parts.log)
      tellLater(first.site.settings, loaded, parts.log)
      const next = nextPlan(plan, loaded)
      plan = next.plan
      live = goLive(plan, parts, live)
      void old.take(live)
      parts.log.info('configuration read again', {
        topologies: live.topologies.size,
        refused: Object.keys(loaded.refused).length,
        generations: 1 + old.generations.length,
        asBefore: next.kept.join(' ') || undefined,
      })
      return loaded.problems
    },
  }
}

function tellLater(started: Settings, {site, siteFaulty}: LoadedHome, log: Log): void {
  const names = siteFaulty ? [] : changedForNextStart(started, site.settings)
  if (names.length > 0) log.warn('changed settings that count from the next start', {settings: names.join(' ')})
}

function tell(problems: readonly Problem[], log: Log): void {
  for (const problem of problems) log[refuses(problem) ? 'error' : 'warn'](printProblem(problem))
}
