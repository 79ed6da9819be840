import type {Problems, SourceLocation} from '../common/problem.js'
import type {StreamPolicy} from '../pipeline/dispatch-plan.js'
import {lossEventOf, type OnLoss} from '../site/on-loss.js'
import type {Site} from '../site/site.js'
import type {streamParams} from '../site/stream-params.js'
import type {GivenParams} from './service-params.js'
import {serviceParams} from './service-params.js'

/** Where a stream's params are used, for messages. */
export interface StreamPlace {
  readonly role: string
  readonly at: SourceLocation
  readonly site: Site
}

/** Milliseconds a request that may be tried again waits for the service, when nothing is named. */
const HA_RESPONSE_TIMEOUT = 15_000

/** How event streams of a dispatch are kept and ended. A stream that goes on must be declared: else a fault. */
export function planStream(params: GivenParams, place: StreamPlace, ha: boolean, problems: Problems): StreamPolicy {
  const {settings, origins} = place.site
  const of = <N extends StreamParam>(name: N) => params[name] ?? settings[`gateway.${name}`]
  const named = params['sse.response.timeout'] !== undefined || origins['gateway.sse.response.timeout'] !== 'default'
  const responseTimeout = of('sse.response.timeout')
  const loss = lossOf(params, place, problems)
  const event = lossEventOf(loss)
  const idleTimeout = of('sse.idle.timeout')
  return {
    routeTimeout: of('route.timeout'),
    connectTimeout: of('sse.connect.timeout'),
    responseTimeout,
    responseTimeoutGet: ha && !named ? HA_RESPONSE_TIMEOUT : responseTimeout,
    idleTimeout,
    firstEventTimeout: ha && params.failoverOnIdle ? idleTimeout || HA_RESPONSE_TIMEOUT : 0,
    keepaliveInterval: of('sse.keepalive.interval'),
    writeTimeout: of('sse.write.timeout'),
    maxDuration: of('sse.max.duration'),
    retry: of('sse.retry'),
    bufferLimit: of('sse.buffer.limit'),
    returnable: of('sse.returnable'),
    onLoss: event ? 'event' : loss === 'resume' ? 'resume' : 'abort',
    lossEvent: event,
    eventLimit: of('sse.event.limit'),
    idOrder: of('sse.id.order'),
    gap: of('sse.gap'),
    resumeAttempts: params.maxFailoverAttempts ?? serviceParams.maxFailoverAttempts.default,
    resumeSleep: params.failoverSleep ?? serviceParams.failoverSleep.default,
    resumeTimeout: named ? responseTimeout : idleTimeout || HA_RESPONSE_TIMEOUT,
    refuse: of('sse.refuse'),
    maxStreams: of('sse.max.streams'),
  }
}

type StreamParam = keyof typeof streamParams

/** `resume` where nothing else is said and the service is declared to honour it. */
function lossOf(params: GivenParams, {site, role, at}: StreamPlace, problems: Problems): OnLoss {
  const {settings, origins} = site
  const ofSite = origins['gateway.sse.on.loss'] === 'default' ? undefined : settings['gateway.sse.on.loss']
  const declared = (params['sse.resume'] ?? settings['gateway.sse.resume']) === 'last-event-id'
  const loss = params['sse.on.loss'] ?? ofSite ?? (declared ? 'resume' : 'abort')
  if (loss === 'resume' && !declared)
    problems.fault('resume-undeclared', at, `${role}: sse.on.loss=resume needs sse.resume=last-event-id`)
  const idle = params['sse.idle.timeout'] ?? settings['gateway.sse.idle.timeout']
  if (loss === 'resume' && declared && idle === 0)
    problems.warning(
      'resume-without-idle-timeout',
      at,
      `${role}: lost streams go on, but without sse.idle.timeout a silent service never counts as lost`,
    )
  return loss
}
