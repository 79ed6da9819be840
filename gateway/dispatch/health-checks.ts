import type {CheckPolicy} from '../ha/balancing-policy.js'
import type {Endpoint} from '../ha/endpoint.js'
import {type CheckParts, HealthCheck, type Verdict} from './health-check.js'

/**
 * All checks of endpoints: of several services that ask the same endpoint the same there is one. They begin when the gateway
 * listens. Scope: process.
 */
export class HealthChecks {
  readonly #parts: CheckParts
  readonly #checks = new Map<string, HealthCheck>()
  #started = false

  constructor(parts: CheckParts) {
    this.#parts = parts
  }

  /** Tells of an endpoint until what it gives is called. */
  watch(endpoint: Endpoint, policy: CheckPolicy, verdict: Verdict): () => void {
    const key = JSON.stringify([endpoint.mark, policy])
    const check = this.#checks.get(key) ?? this.#add(key, new HealthCheck(endpoint, policy, this.#parts))
    check.tell(verdict)
    return () => {
      check.told.delete(verdict)
      if (check.told.size > 0 || this.#checks.get(key) !== check) return
      check.stop()
      this.#checks.delete(key)
    }
  }

  start(): void {
    if (this.#started) return
    this.#started = true
    for (const check of this.#checks.values()) check.start()
  }

  close(): void {
    for (const check of this.#checks.values()) check.stop()
    this.#checks.clear()
  }

  #add(key: string, check: HealthCheck): HealthCheck {
    this.#checks.set(key, check)
    if (this.#started) check.start()
    return check
  }
}
