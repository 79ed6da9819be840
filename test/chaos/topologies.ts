import {topology} from '../helpers/home.js'

/** A topology of the world, and what it promises. */
export interface TopologyFacts {
  readonly name: string
  /** What is done about a lost stream. */
  readonly onLoss: 'resume' | 'abort' | 'event'
  /** Attempts to go on do not run out as long as a world is in trouble. */
  readonly patient: boolean
  readonly ha: boolean
  readonly params: Readonly<Record<string, string>>
}

/** Type of the last event of a stream that was lost. */
export const FAREWELL = 'gateway-lost'

/** Milliseconds of silence after which a service counts as lost. */
export const IDLE_TIMEOUT = 2500

const WATCHED = {
  'sse.idle.timeout': `${IDLE_TIMEOUT}ms`,
  'sse.response.timeout': '4s',
  'sse.keepalive.interval': '200ms',
  'sse.retry': '150ms',
}
const RESUMED = {...WATCHED, 'sse.resume': 'last-event-id', failoverSleep: '50'}

/** One for each way in which a stream may come to its end. */
export const TOPOLOGIES: readonly [TopologyFacts, ...TopologyFacts[]] = [
  {name: 'resume', onLoss: 'resume', patient: true, ha: true, params: {...RESUMED, maxFailoverAttempts: '40'}},
  {name: 'single', onLoss: 'resume', patient: false, ha: false, params: {...RESUMED, maxFailoverAttempts: '3'}},
  {name: 'abort', onLoss: 'abort', patient: false, ha: true, params: WATCHED},
  {
    name: 'event',
    onLoss: 'event',
    patient: false,
    ha: true,
    params: {...WATCHED, 'sse.on.loss': `event:${FAREWELL} {}`},
  },
]

/** Its file: with other params, or its URLs in another order, it is another plan. */
export function topologyText(
  {ha, params}: TopologyFacts,
  urls: readonly string[],
  more: Readonly<Record<string, string>> = {},
): string {
  const all = Object.entries({...params, ...more})
  const lines = all.map(([name, value]) => `<param><name>${name}</name><value>${value}</value></param>`)
  const policy =
    'enabled=true;maxFailoverAttempts=8;failoverSleep=50;enableLoadBalancing=true;failoverStatuses=502,503,504'
  const provider = `<provider><role>ha</role><name>HaProvider</name><enabled>true</enabled><param><name>X</name><value>${policy}</value></param></provider>`
  return topology([{role: 'X', urls: ha ? urls : urls.slice(0, 1), more: lines.join('')}], ha ? provider : '')
}
