import type {Member} from './endpoint.js'
import type {Asking, Order} from './order.js'

/**
 * Each in turn, as often as its share says, and those with a large share not several times on end: all gain their
 * share in credit, who has most is next and pays the sum. With equal shares the order is that of the URLs.
 */
export class RoundRobin implements Order {
  readonly all: readonly Member[]

  constructor(members: readonly Member[]) {
    this.all = members
  }

  next(_: Asking, candidates: readonly Member[]): Member | undefined {
    let best: Member | undefined
    let sum = 0
    for (const member of candidates) {
      member.credit += member.share
      sum += member.share
      if (best === undefined || member.credit > best.credit) best = member
    }
    if (best) best.credit -= sum
    return best
  }

  failed(): void {}
}
