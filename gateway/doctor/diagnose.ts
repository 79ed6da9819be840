import type {Clock} from '../common/clock.js'
import {bodyFindings} from './body-findings.js'
import type {Finding} from './finding.js'
import {headFindings} from './head-findings.js'
import {observe, type Watching} from './observe.js'
import {resumeFindings} from './resume-findings.js'

/** What a stream showed while it was watched. */
export interface Diagnosis {
  /** Milliseconds until its end, or until it was left. */
  readonly time: number
  /** How many came. */
  readonly events: number
  readonly findings: readonly Finding[]
}

/** Watches a stream, then comes back to it as a client would. Rejects when there is no connection, or no HTTP. */
export async function diagnose(watching: Watching, clock: Clock): Promise<Diagnosis> {
  const seen = await observe(watching, clock)
  const resume = await resumeFindings(watching, seen.events, clock)
  const findings = [...headFindings(seen), ...bodyFindings(seen), ...resume]
  return {time: seen.end.at, events: seen.events.length, findings}
}
