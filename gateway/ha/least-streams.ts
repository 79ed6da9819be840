import type {Member} from './endpoint.js'
import type {Asking, Order} from './order.js'

/** Who has least open for its share. Of several such each has its turn: short requests leave no trace in what is open. */
export class LeastStreams implements Order {
  readonly all: readonly Member[]
  #start = 0

  constructor(members: readonly Member[]) {
    this.all = members
  }

  next(_: Asking, candidates: readonly Member[]): Member | undefined {
    const {length} = candidates
    this.#start = this.#start + 1 < length ? this.#start + 1 : 0
    let best: Member | undefined
    let least = Number.POSITIVE_INFINITY
    for (let i = 0, at = this.#start; i < length; i++, at = at + 1 < length ? at + 1 : 0) {
      const member = candidates[at]
      if (member === undefined || loadOf(member) >= least) continue
      best = member
      least = loadOf(member)
    }
    return best
  }

  failed(): void {}
}

/** Once it has the next one too. */
const loadOf = ({open, share}: Member) => (open + 1) / share
