import {type ConnectionOptions, connect, type TLSSocket} from 'node:tls'
import test, {type ExecutionContext} from 'ava'
import {createParser} from 'eventsource-parser'
import {definition, site, startGateway} from '../helpers/home.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {service} from '../helpers/served.js'
import {xTopology} from './through.js'

assertNoLeaks(test)

const CLIENTS = 300
const AT_A_TIME = 20
/** Session tickets are under a key made of it. */
const MASTER = {environment: {GATEWAY_MASTER: 'm'}}

/** A service of events with the ids 1, 2, 3 …, which gives no response head before it is asked for so many, and a moment to be asked for more. */
async function slowService(t: ExecutionContext) {
  let last = 1
  let asked: (() => void)[] = []
  const figures = {most: 0, streams: 0}
  const open = new Set<(id: number) => void>()
  const answerAll = () => {
    figures.most = Math.max(figures.most, asked.length)
    const all = asked
    asked = []
    for (const answer of all) answer()
  }
  const url = await service(t, (req, res) => {
    const after = Number(req.headers['last-event-id'] ?? 0)
    asked.push(() => {
      figures.streams++
      res.writeHead(200, {'Content-Type': 'text/event-stream'})
      const send = (id: number) => res.write(`id: ${id}\ndata: ${id}\n\n`)
      for (let id = after + 1; id <= last; id++) send(id)
      open.add(send)
      res.on('close', () => open.delete(send))
    })
    if (asked.length === AT_A_TIME) setTimeout(answerAll, 10)
  })
  const next = () => {
    last++
    for (const send of open) send(last)
  }
  return {url, figures, next}
}

/** A browser: it holds a stream, remembers its TLS session and its last event ID, and comes back with both. */
class Browser {
  readonly ids: string[] = []
  resumed = 0
  #session: Buffer | undefined
  #socket: TLSSocket | undefined
  #look = () => {}

  /** Resolves when it is asked; the stream may come later. */
  open(port: number): void {
    const options: ConnectionOptions = {host: '127.0.0.1', port, rejectUnauthorized: false}
    const socket = connect({...options, ...(this.#session && {session: this.#session})})
    this.#socket = socket
    const parser = createParser({
      onEvent: ({id}) => {
        this.ids.push(id ?? '')
        this.#look()
      },
    })
    socket.on('error', () => {})
    socket.on('session', session => (this.#session = session))
    socket.on('secureConnect', () => {
      if (socket.isSessionReused()) this.resumed++
    })
    socket.write(
      `GET /gateway/t/x/events HTTP/1.0\r\nHost: gw\r\nAccept: text/event-stream\r\nLast-Event-ID: ${this.ids.at(-1) ?? ''}\r\n\r\n`,
    )
    let head = true
    socket.setEncoding('utf8').on('data', (text: string) => {
      parser.feed(head ? text.slice(text.indexOf('\r\n\r\n') + 4) : text)
      head = false
    })
  }

  async until(count: number): Promise<void> {
    while (this.ids.length < count) await new Promise<void>(resolve => (this.#look = resolve))
  }

  async gone(): Promise<void> {
    if (this.#socket?.closed === false) await new Promise(resolve => this.#socket?.once('close', resolve))
  }

  leave(): void {
    this.#socket?.destroy()
  }
}

test('all come back at once after a restart: none asks a service out of turn, and no event is lost', async t => {
  const slow = await slowService(t)
  const files = {
    ...definition('X', 'sse'),
    'conf/gateway-site.xml': site({'gateway.servlet.async.supported': 'true', 'ssl.enabled': 'true'}),
    'conf/topologies/t.xml': xTopology([slow.url], {params: {'admission.max': String(AT_A_TIME)}}),
  }
  const browsers = Array.from({length: CLIENTS}, () => new Browser())
  const all = (count: number) => Promise.all(browsers.map(browser => browser.until(count)))
  t.teardown(() => browsers.map(browser => browser.leave()))

  const before = await startGateway(t, files, MASTER)
  for (const browser of browsers) browser.open(before.port)
  await all(1)
  slow.next()
  await all(2)
  await before.gateway.close()
  await Promise.all(browsers.map(browser => browser.gone()))
  slow.next()

  const after = await startGateway(t, files, MASTER)
  for (const browser of browsers) browser.open(after.port)
  await all(3)
  slow.next()
  await all(4)

  t.true(browsers.every(({ids}) => ids.join() === '1,2,3,4'))
  t.is(slow.figures.streams, 2 * CLIENTS)
  t.is(slow.figures.most, AT_A_TIME)
  t.is(browsers.filter(({resumed}) => resumed === 1).length, CLIENTS)
})
