import type {Member} from './endpoint.js'
import type {Asking, Order} from './order.js'

/**
 * A queue whose head is active. Without balancing all requests go to the head until it fails; with
 * balancing each request takes the head and moves it to the tail. Source: Knox, `DefaultURLManager`.
 */
export class Queue implements Order {
  readonly #queue: Member[]
  readonly #balancing: boolean

  constructor(members: readonly Member[], balancing: boolean) {
    this.#queue = [...members]
    this.#balancing = balancing
  }

  get all(): readonly Member[] {
    return [...this.#queue]
  }

  next(_: Asking, candidates: readonly Member[]): Member | undefined {
    const whole = candidates.length === this.#queue.length
    const member = whole ? this.#queue[0] : this.#queue.find(each => candidates.includes(each))
    if (this.#balancing && member) this.#toTail(member)
    return member
  }

  failed(member: Member): void {
    if (this.#queue[0] === member) this.#toTail(member)
  }

  #toTail(member: Member): void {
    this.#queue.push(...this.#queue.splice(this.#queue.indexOf(member), 1))
  }
}
