import {cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {createServer, type RequestListener, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import type {ExecutionContext} from 'ava'
import {createGateway} from '../../gateway/index.js'

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url))

/** A gateway that serves one topology, `t`. */
export interface Served {
  /** Ends with `/t`. */
  readonly url: string
  /** What went into the diagnostic log, one line an entry. */
  readonly told: readonly string[]
}

export interface ServedOptions {
  /** Role to the URLs of its service. */
  readonly services: Readonly<Record<string, readonly string[]>>
  /** Folders of the project's `data/services` that the gateway gets. */
  readonly definitions: readonly string[]
  readonly settings?: Readonly<Record<string, string>>
  /** Role to its text in HaProvider. */
  readonly ha?: Readonly<Record<string, string>>
}

/** Serves definitions of the project with the gateway; everything is gone at the end of the test. */
export async function served(t: ExecutionContext, options: ServedOptions): Promise<Served> {
  const home = mkdtempSync(join(tmpdir(), 'gateway-served-'))
  t.teardown(() => rmSync(home, {recursive: true, force: true}))
  mkdirSync(join(home, 'conf/topologies'), {recursive: true})
  for (const name of options.definitions)
    cpSync(join(PROJECT, 'data/services', name), join(home, 'data/services', name), {recursive: true})
  const settings = {'gateway.servlet.async.supported': 'true', 'ssl.enabled': 'false', ...options.settings}
  writeFileSync(join(home, 'conf/gateway-site.xml'), `<configuration>${pairs('property', settings)}</configuration>`)
  writeFileSync(join(home, 'conf/topologies/t.xml'), topologyOf(options))
  const told: string[] = []
  const note = (message: string, fields?: unknown) => void told.push(`${message} ${JSON.stringify(fields ?? {})}`)
  const gateway = createGateway({
    home,
    host: '127.0.0.1',
    port: 0,
    environment: {},
    log: {info: () => {}, warn: note, error: note},
    access: () => {},
    watch: false,
  })
  t.teardown(() => gateway.close())
  const {url} = await gateway.listen()
  return {url: `${url}/t`, told}
}

/** A service on a free loopback port until the end of the test. */
export async function service(t: ExecutionContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen({host: '127.0.0.1', port: 0}, () => resolve()))
  t.teardown(() => closed(server))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise(resolve => server.close(() => resolve()))
}

function topologyOf({services, ha}: ServedOptions): string {
  const provider = ha
    ? `<provider><role>ha</role><name>HaProvider</name><enabled>true</enabled>${pairs('param', ha)}</provider>`
    : ''
  const elements = Object.entries(services).map(
    ([role, urls]) => `<service><role>${role}</role>${urls.map(url => `<url>${url}</url>`).join('')}</service>`,
  )
  return `<topology><gateway>
<provider><role>authentication</role><name>Anonymous</name><enabled>true</enabled></provider>${provider}
</gateway>${elements.join('\n')}</topology>`
}

const pairs = (element: string, values: Readonly<Record<string, string>>) =>
  Object.entries(values)
    .map(([name, value]) => `<${element}><name>${name}</name><value>${value}</value></${element}>`)
    .join('')
