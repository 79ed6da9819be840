import type {Trail} from './ledger.js'
import {IDLE_TIMEOUT, type TopologyFacts} from './topologies.js'

/** What is known when a client's connection has come to its end. */
export interface EndFacts {
  readonly ended: 'whole' | 'broken'
  readonly topology: TopologyFacts
  readonly trail: Trail
  /** The gateway was stopped, or the topology taken away, since the connection began. */
  readonly stopped: boolean
  readonly removed: boolean
  /** The last event said that the stream was lost. */
  readonly farewell: boolean
  /** Nothing came but a reconnection time of the gateway's own. */
  readonly soft: boolean
}

/** Part of the idle timeout from which on the gateway may have had enough: both sides measure with clocks of their own. */
const SLACK = 0.8

/** Why this end is a lie; undefined: it is what the policy says. */
export function lieOf(facts: EndFacts): string | undefined {
  const {ended, topology, trail, stopped, farewell, soft} = facts
  const leg = trail.legs.at(-1)
  const lost =
    leg !== undefined && (leg.state === 'lost' || leg.state === 'either' || leg.silence > IDLE_TIMEOUT * SLACK)
  if (farewell && topology.onLoss !== 'event') return 'a farewell that the policy does not know'
  if (farewell && ended === 'broken' && !stopped) return 'a farewell without a proper end'
  if (farewell && !lost) return 'a farewell of a stream that was not lost'
  if (ended === 'broken') return stopped || mayBreak(lost, topology) ? undefined : 'a false break'
  if (stopped || facts.removed || soft || farewell) return undefined
  return leg?.state === 'ended' || leg?.state === 'either' || wasAnswered(facts) ? undefined : 'a false proper end'
}

function mayBreak(lost: boolean, {onLoss, patient}: TopologyFacts): boolean {
  return lost && (onLoss === 'abort' || (onLoss === 'resume' && !patient))
}

/** The service answered, instead of going on, with what the client is to meet itself. */
const wasAnswered = ({topology, trail}: EndFacts) =>
  topology.onLoss === 'resume' && trail.answers.some(status => status !== 0 && status !== 200 && status < 500)
