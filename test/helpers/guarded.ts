import {request as ask, createServer, type IncomingHttpHeaders, type IncomingMessage} from 'node:http'
import type {AddressInfo} from 'node:net'
import type {ExecutionContext} from 'ava'
import type {GatewayOptions} from '../../gateway/index.js'
import {definition, type HomeText, type Running, site, startGateway} from './home.js'

/** What a client asked for, and what became of it. */
export interface Asked {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** What the service saw; undefined: nothing came there. */
  readonly saw: {readonly target: string; readonly headers: IncomingHttpHeaders} | undefined
}

export interface Guarded extends Running {
  /** Asks for a path below `/gateway/t/x/`; fields as name, value, name, value. */
  ask(path: string, headers?: readonly string[], method?: string): Promise<Asked>
}

/** The text of a `<provider>`. */
export function provider(role: string, name: string, params: Readonly<Record<string, string>> = {}): string {
  const texts = Object.entries(params).map(
    ([param, value]) => `<param><name>${param}</name><value>${escaped(value)}</value></param>`,
  )
  return `<provider><role>${role}</role><name>${name}</name><enabled>true</enabled>${texts.join('')}</provider>`
}

const escaped = (text: string) => text.replace(/[&<>]/g, character => `&#${character.charCodeAt(0)};`)

/** Files of a home that offers X at a URL behind these providers, as `/gateway/t/x/…`. */
export function guardedHome(providers: string, url: string, kind: 'plain' | 'sse' = 'plain', more = ''): HomeText {
  return {
    ...definition('X', kind),
    'conf/gateway-site.xml': site({'gateway.servlet.async.supported': 'true'}),
    'conf/topologies/t.xml': `<topology><gateway>${providers}</gateway><service><role>X</role><url>${url}</url>${more}</service></topology>`,
  }
}

/** A service behind these providers. It answers everything with what it saw of the request. */
export async function guarded(
  t: ExecutionContext,
  providers: string,
  options: Partial<GatewayOptions> = {},
): Promise<Guarded> {
  const saw: IncomingMessage[] = []
  const server = createServer((req, res) => {
    saw.push(req)
    res.end('ok')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const running = await startGateway(t, guardedHome(providers, url), options)
  return {
    ...running,
    async ask(path, headers = [], method = 'GET') {
      saw.length = 0
      const answer = await asked(running.port, `/gateway/t/x/${path}`, headers, method)
      const [seen] = saw
      return {...answer, saw: seen && {target: seen.url ?? '', headers: seen.headers}}
    },
  }
}

function asked(port: number, path: string, headers: readonly string[], method: string): Promise<Omit<Asked, 'saw'>> {
  return new Promise((resolve, reject) => {
    const host = headers.some((name, i) => i % 2 === 0 && /^host$/i.test(name)) ? [] : ['Host', `127.0.0.1:${port}`]
    const sent = ask(
      {port, host: '127.0.0.1', path, method, headers: [...host, ...headers], agent: false},
      async res => {
        const chunks: Buffer[] = []
        for await (const chunk of res) chunks.push(chunk as Buffer)
        resolve({status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks).toString()})
      },
    )
    sent.on('error', reject)
    sent.end()
  })
}
