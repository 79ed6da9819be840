import {randomInt} from 'node:crypto'
import {createServer} from 'node:net'

/** Below those that the system gives to clients: one that calls a port where nobody listens could else meet itself. */
const LEAST = 20_000
const MOST = 32_000

/** A port that nobody listens at, and that stays free while its owner is down. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LEAST, MOST)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({port, host: '127.0.0.1'}, () => server.close(() => resolve(true)))
  })
}
