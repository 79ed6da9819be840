import type {CheckPolicy} from '../ha/balancing-policy.js'
import type {Endpoint} from '../ha/endpoint.js'
import {type CheckParts, HealthCheck, type Verdict} from './health-check.js'
import {SharedWatches} from './shared-watches.js'

/** All checks of endpoints: of several services that ask the same endpoint the same there is one. Scope: process. */
export class HealthChecks {
  readonly #parts: CheckParts
  readonly #checks = new SharedWatches<Verdict, HealthCheck>(check => check.start())

  constructor(parts: CheckParts) {
    this.#parts = parts
  }

  /** Tells of an endpoint until what it gives is called. */
  watch(endpoint: Endpoint, policy: CheckPolicy, verdict: Verdict): () => void {
    const key = JSON.stringify([endpoint.mark, policy])
    return this.#checks.join(key, () => new HealthCheck(endpoint, policy, this.#parts), verdict)
  }

  start(): void {
    for (const check of this.#checks.start()) check.start()
  }

  close(): void {
    this.#checks.close()
  }
}
