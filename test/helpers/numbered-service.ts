import {type ChildProcess, fork} from 'node:child_process'
import {createServer, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {fileURLToPath} from 'node:url'
import type {ExecutionContext} from 'ava'

/**
 * A service of one endless stream of events with the ids 1, 2, 3 …, in a process of its own: in one
 * process the four sockets of each stream would reach the limit of open files.
 */
export interface NumberedService {
  readonly url: string
  /** Sends the next event to all streams. */
  next(): void
}

/** Starts one; it ends with the test. */
export async function numberedService(t: ExecutionContext): Promise<NumberedService> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), [], {execArgv: []})
  t.teardown(() => new Promise(resolve => child.once('exit', resolve) && child.kill('SIGKILL')))
  const port = await new Promise(resolve => child.once('message', resolve))
  return {url: `http://127.0.0.1:${port}`, next: () => child.send('next')}
}

function serve(): void {
  let last = 1
  const streams = new Set<ServerResponse>()
  const server = createServer((req, res) => {
    const after = Number(req.headers['last-event-id'] ?? 0)
    res.writeHead(200, {'Content-Type': 'text/event-stream'})
    res.flushHeaders()
    for (let id = after + 1; id <= last; id++) res.write(event(id))
    streams.add(res)
    res.on('close', () => streams.delete(res))
  })
  process.on('message', () => {
    last++
    for (const stream of streams) stream.write(event(last))
  })
  process.on('disconnect', () => process.exit())
  server.listen({port: 0, host: '127.0.0.1', backlog: 4096}, () => {
    process.send?.((server.address() as AddressInfo).port)
  })
}

const event = (id: number) => `id: ${id}\ndata: ${id}\n\n`

if (process.argv[1] === fileURLToPath(import.meta.url)) serve()
