import {readdirSync, readFileSync, statSync} from 'node:fs'
import {createServer, type RequestListener} from 'node:http'
import type {AddressInfo} from 'node:net'
import {fileURLToPath} from 'node:url'
import {type HomeText, type Running, site, startGateway, topology} from './home.js'
import type {Teardown} from './teardown.js'

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url))

export interface ServedOptions {
  /** Folder of the project's `data/services`, with the version. */
  readonly definition: string
  readonly role: string
  readonly urls: readonly string[]
  readonly settings?: Readonly<Record<string, string>>
  /** Text in HaProvider; undefined: off. */
  readonly ha?: string
}

/** A gateway that offers one definition of the project in the topology `t`. */
export async function served(t: Teardown, options: ServedOptions): Promise<Running> {
  const {role, urls, ha, definition, settings} = options
  const provider = ha
    ? `<provider><role>ha</role><name>HaProvider</name><enabled>true</enabled><param><name>${role}</name><value>${ha}</value></param></provider>`
    : ''
  const running = await startGateway(t, {
    ...filesOf(`data/services/${definition}`),
    'conf/gateway-site.xml': site({'gateway.servlet.async.supported': 'true', ...settings}),
    'conf/topologies/t.xml': topology([{role, urls}], provider),
  })
  return {...running, url: `${running.url}/t`}
}

/** The files below a folder of the project. */
export function filesOf(folder: string): HomeText {
  const paths = readdirSync(`${PROJECT}${folder}`, {recursive: true, encoding: 'utf8'}).map(name => `${folder}/${name}`)
  const files = paths.filter(path => statSync(`${PROJECT}${path}`).isFile())
  return Object.fromEntries(files.map(path => [path, readFileSync(`${PROJECT}${path}`, 'utf8')]))
}

/** A service on a free loopback port until the end of the test. */
export async function service(t: Teardown, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen({host: '127.0.0.1', port: 0}, () => resolve()))
  t.teardown(() => {
    server.closeAllConnections()
    return new Promise<void>(resolve => server.close(() => resolve()))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
