// A service of streams of events with the ids 1, 2, 3 …, as a process of its own: tells its port, and, asked by `figures`,
// how many requests without a response head it had at the most. `next`: the next event to all.
import {createServer} from 'node:http'

let last = 1
let asked = 0
let most = 0
const streams = new Set()
const event = id => `id: ${id}\ndata: ${id}\n\n`

const server = createServer((req, res) => {
  most = Math.max(most, ++asked)
  setTimeout(() => {
    asked--
    res.writeHead(200, {'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no'})
    const after = Number(req.headers['last-event-id'] ?? 0)
    res.write(Array.from({length: last - after}, (_, i) => event(after + 1 + i)).join('') || ':\n\n')
    streams.add(res)
    res.on('close', () => streams.delete(res))
  }, 2)
})

process.on('message', message => {
  if (message === 'figures') {
    process.send({most, open: streams.size})
    return
  }
  last++
  for (const stream of streams) stream.write(event(last))
})
process.on('disconnect', () => process.exit())
server.listen({port: 0, host: '127.0.0.1', backlog: 4096}, () => process.send(server.address().port))
