import type {Member} from './endpoint.js'
import type {Asking} from './order.js'

/** Which endpoint has an exchange: the one that was picked last, until the exchange is gone. Scope: one pool. */
export class Holders {
  readonly #members = new Map<Asking['gone'], Member>()

  hold(member: Member, gone: Asking['gone']): void {
    const before = this.#members.get(gone)
    if (before) before.open--
    member.open++
    this.#members.set(gone, member)
    if (before === undefined) gone.on(() => this.#release(gone))
  }

  #release(gone: Asking['gone']): void {
    const member = this.#members.get(gone)
    if (member) member.open--
    this.#members.delete(gone)
  }
}
