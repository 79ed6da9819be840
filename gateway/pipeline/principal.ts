import type {Exchange} from './exchange.js'

/** Who asks, as far as that was proved. */
export interface Principal {
  /** The name under which rights are looked up and services are told of the user. */
  readonly name: string
  readonly groups: readonly string[]
  /** The name that was proved, where `name` is another: mapped, or one for whom it acts (`doAs`). */
  readonly proved?: string
  /** When what was proved ends, in ms since 1970; absent: never. A stream ends then. */
  readonly expiresAt?: number
}

/** The exchange of a principal, which the log names. */
export function identified(exchange: Exchange, principal: Principal): Exchange {
  exchange.notes.user = principal.name
  return {...exchange, principal}
}
