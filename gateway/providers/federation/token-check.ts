import type {Clock} from '../../common/clock.js'
import {GatewayError} from '../../common/errors.js'
import type {Log} from '../../common/log.js'
import type {Principal} from '../../pipeline/principal.js'
import {notAuthenticated} from '../refusal.js'
import {type SignatureRules, signatures} from './signature.js'
import {readToken, type Token} from './token-claims.js'

/** Which tokens are good, and whom they name. */
export interface TokenRules extends SignatureRules {
  readonly issuers: readonly string[]
  /** Empty: any. `NONE`: also a token that names none. */
  readonly audiences: readonly string[]
  /** Claim with the name of the user, before `sub`; empty: none. */
  readonly principalClaim: string
  /** Claim with the groups; empty: none. */
  readonly groupsClaim: string
  /** Seconds by which clocks may differ. */
  readonly skew: number
  /** How many tokens are remembered. */
  readonly remembered: number
}

/** How long a token that was checked needs no further check, in ms. */
const REMEMBERED = 10 * 60_000

/** A token that was good when it was checked. */
interface Checked {
  readonly token: Token
  readonly principal: Principal
  readonly at: number
}

/**
 * Checks tokens: issuer, time and audience, then the signature, as Knox does; what was good once is remembered.
 * Scope: a topology. Source: Knox, `AbstractJWTFilter`, `SignatureVerificationCache`.
 */
export class TokenCheck {
  readonly #rules: TokenRules
  readonly #clock: Clock
  readonly #known = new Map<string, Checked>()
  readonly #signatures: ReturnType<typeof signatures>

  constructor(rules: TokenRules, clock: Clock, log: Log) {
    this.#rules = rules
    this.#clock = clock
    this.#signatures = signatures(rules, clock, log, () => this.#known.clear())
  }

  /**
   * Whom a token names; waits only for a token that was not checked lately. Undefined: the text is no token. Throws
   * GatewayError 401; 400 for the wrong audience and before its time, as Knox does; 503 when no key can be had.
   */
  principal(text: string): Principal | undefined | Promise<Principal> {
    const known = this.#known.get(text)
    if (known && this.#clock.now() - known.at < REMEMBERED) {
      checkTime(known.token, this.#clock.date() / 1000, this.#rules.skew)
      return known.principal
    }
    const token = readToken(text)
    return token && this.#check(token)
  }

  async #check(token: Token): Promise<Principal> {
    checkClaims(token, this.#clock.date() / 1000, this.#rules)
    if (!(await this.#signatures.isGood(token))) throw notAuthenticated('no key that is known here signed the token')
    const principal = principalOf(token, this.#rules)
    this.#remember({token, principal, at: this.#clock.now()})
    return principal
  }

  /** The oldest gives way. */
  #remember(checked: Checked): void {
    const [oldest] = this.#known.keys()
    if (this.#known.size >= this.#rules.remembered && oldest !== undefined) this.#known.delete(oldest)
    if (this.#rules.remembered > 0) this.#known.set(checked.token.text, checked)
  }
}

/** What a token says of itself, in the order in which Knox looks at it: the client knows all of it. */
function checkClaims(token: Token, now: number, rules: TokenRules): void {
  if (!rules.issuers.includes(token.issuer ?? '')) throw notAuthenticated('the issuer of the token is another')
  if (isExpired(token, now, rules.skew)) throw notAuthenticated('the token has expired')
  if (!isFor(token, rules.audiences)) throw badToken('the token is for others')
  checkTime(token, now, rules.skew)
}

function checkTime(token: Token, now: number, skew: number): void {
  if (isExpired(token, now, skew)) throw notAuthenticated('the token has expired')
  if ((token.notBefore ?? 0) > now + skew) throw badToken('the token does not hold yet')
}

const isExpired = ({expires}: Token, now: number, skew: number) => expires !== undefined && expires + skew <= now

function isFor({audiences}: Token, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true
  return audiences === undefined ? wanted.includes('NONE') : audiences.some(each => wanted.includes(each))
}

const badToken = (cause: string) =>
  new GatewayError(400, 'bad-token', 'The token cannot be used here.', new Error(cause))

/** Throws when a token names nobody. Knox lower-cases the name that a claim other than `sub` gives. */
function principalOf({claims, expires}: Token, {principalClaim, groupsClaim, skew}: TokenRules): Principal {
  const claimed = principalClaim === '' ? undefined : claims[principalClaim]
  const name = typeof claimed === 'string' ? claimed.toLowerCase() : claims.sub
  if (typeof name !== 'string' || name.trim() === '') throw notAuthenticated('the token names nobody')
  const groups = groupsOf(groupsClaim === '' ? undefined : claims[groupsClaim])
  return {name, groups, ...(expires !== undefined && {expiresAt: (expires + skew) * 1000})}
}

/** Groups that a claim names: a list, or text between commas or spaces. */
export function groupsOf(claim: unknown): readonly string[] {
  const named: unknown[] = typeof claim === 'string' ? claim.split(/[,\s]/) : Array.isArray(claim) ? claim : []
  return named.filter((each): each is string => typeof each === 'string' && each !== '')
}
