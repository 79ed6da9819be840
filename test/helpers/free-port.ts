import {createServer} from 'node:net'
import {threadId} from 'node:worker_threads'

/** Below those that the system gives to clients: one that calls a port where nobody listens could else meet itself. */
const LEAST = 20_000
/** Ports of a process, or of a thread. Those that run side by side have others: none takes a port whose owner is down. */
const OWN = 100
const SIDE_BY_SIDE = 120

const first = LEAST + ((process.pid + threadId) % SIDE_BY_SIDE) * OWN
let given = 0

/** A port that nobody listens at, and that stays free while its owner is down. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + (given++ % OWN)
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
