import type {HealthPolicy} from './balancing-policy.js'
import type {EndpointState, Member} from './endpoint.js'

/** The longest that an endpoint is left out at a time, as a multiple of `ejectionTime`. */
const LONGEST = 32

/** What the part of an endpoint grows from. */
const SMALLEST = 0.01

const NEVER = Number.POSITIVE_INFINITY

/** Told when an endpoint's state has changed. */
export type StateChange = (member: Member) => void

/**
 * Which endpoints may be asked: one that fails too often is left out for a while, then one request may try it, and when that
 * goes well its part grows from next to nothing. When none is left all are asked. Scope: one pool.
 */
export class Health {
  readonly #policy: HealthPolicy
  readonly #now: () => number
  readonly #changed: StateChange
  #members: readonly Member[]
  #usable: readonly Member[]
  /** When something is due: a probe, the end of a state. */
  #due = NEVER
  #warming = false

  constructor(members: readonly Member[], policy: HealthPolicy, now: () => number, changed: StateChange) {
    this.#members = members
    this.#policy = policy
    this.#now = now
    this.#changed = changed
    this.#usable = members
  }

  /** Others are there now; those that are `joining` some begin with a small part. */
  replace(members: readonly Member[], joining: boolean): void {
    const before = this.#members
    this.#members = members
    this.#look()
    if (joining) for (const member of members) if (!before.includes(member)) this.#recover(member, 'it is new')
  }

  /** Those that may be asked now; a probe is for what can be asked again elsewhere. */
  candidates(repeatable: boolean): readonly Member[] {
    if (this.#due === NEVER) return this.#usable
    const now = this.#now()
    if (this.#warming) for (const member of this.#members) this.#warm(member, now)
    if (now < this.#due || !repeatable || this.#usable === this.#members) return this.#usable
    return this.#members.filter(member => !isOut(member) || isDue(member, now))
  }

  /** A request goes to it: one is enough to try it. */
  taken(member: Member): void {
    if (member.state === 'ejected' || member.state === 'probing')
      this.#enter(member, 'probing', this.#policy.ejectionTime, 'a request tries it')
  }

  failed(member: Member, cause: string): void {
    const {ejectAfter} = this.#policy
    if (ejectAfter === 0 || member.state === 'ejected' || member.state === 'down') return
    member.failures++
    if (member.state === 'probing' || (member.failures >= ejectAfter && this.#hasOther(member)))
      this.#enter(member, 'ejected', this.#policy.ejectionTime * Math.min(2 ** member.ejections++, LONGEST), cause)
  }

  succeeded(member: Member): void {
    member.failures = 0
    if (member.state === 'probing') this.#recover(member, 'it answers again')
  }

  /** What its checks find: they take it out, also the last one, and bring it back, also from failed requests when their time is over. */
  checked(member: Member, up: boolean, cause: string): void {
    if (!up && member.state !== 'down') this.#enter(member, 'down', NEVER, cause)
    if (up && (member.state === 'down' || isDue(member, this.#now()))) this.#recover(member, cause)
  }

  #hasOther(member: Member): boolean {
    return this.#members.some(each => each !== member && !isOut(each))
  }

  #recover(member: Member, cause: string): void {
    const {slowStart} = this.#policy
    member.credit = 0
    member.failures = 0
    if (slowStart === 0) this.#enter(member, 'up', NEVER, cause)
    else {
      member.share = member.weight * SMALLEST
      this.#enter(member, 'warming', slowStart, cause)
    }
  }

  #warm(member: Member, now: number): void {
    if (member.state !== 'warming') return
    member.share = member.weight * Math.min(1, Math.max(SMALLEST, (now - member.since) / this.#policy.slowStart))
    if (now >= member.until) this.#enter(member, 'up', NEVER, 'it has all of its part')
  }

  #enter(member: Member, state: EndpointState, ms: number, cause: string): void {
    member.state = state
    member.cause = cause
    member.since = this.#now()
    member.until = member.since + ms
    if (state === 'up') member.ejections = 0
    this.#look()
    this.#changed(member)
  }

  #look(): void {
    const usable = this.#members.filter(each => !isOut(each))
    this.#usable = usable.length > 0 ? usable : this.#members
    this.#due = Math.min(...this.#members.map(({until}) => until))
    this.#warming = this.#members.some(each => each.state === 'warming')
  }
}

const isOut = ({state}: Member) => state === 'ejected' || state === 'probing' || state === 'down'

/** Another probe may be sent when one has not told anything for so long. */
const isDue = (member: Member, now: number) => isOut(member) && now >= member.until
