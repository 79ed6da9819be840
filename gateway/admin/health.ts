import type {GatewayResponse} from '../pipeline/exchange.js'
import type {OwnPath} from './own-paths.js'

/** What the health paths tell. */
export interface Health {
  /** Whether new work is welcome: false while the gateway drains. */
  ready(): boolean
  answer(status: number, text: string): GatewayResponse
}

/** `/healthz`: the process lives. `/readyz`: it takes new work; 503 while it drains. */
export function healthPaths(health: Health): readonly OwnPath[] {
  return [
    {pattern: '/healthz', answer: () => health.answer(200, 'ok\n')},
    {
      pattern: '/readyz',
      answer: () => (health.ready() ? health.answer(200, 'ready\n') : health.answer(503, 'draining\n')),
    },
  ]
}
