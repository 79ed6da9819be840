import {EndpointError} from '../pipeline/endpoint-error.js'

/** Where one connection of HTTP/2 after the other is left out; of HTTP/1.1 the second one is fresh. */
const MOST = 8

/** Whether what failed says nothing of its endpoint: it was sent on a connection that the service had closed. `asked`: how often it was. */
export function isStale(error: unknown, asked: number): boolean {
  return error instanceof EndpointError && error.failure === 'stale' && asked < MOST
}

/** Asks again, on a fresh connection, as long as it was stale. */
export async function pastStale<T>(ask: (fresh: boolean) => Promise<T>, mayRepeat = () => true): Promise<T> {
  for (let asked = 1; ; asked++) {
    try {
      return await ask(asked > 1)
    } catch (error) {
      if (!isStale(error, asked) || !mayRepeat()) throw error
    }
  }
}
