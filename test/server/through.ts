import type {ExecutionContext} from 'ava'
import type {GatewayOptions} from '../../gateway/index.js'
import {definition, type HomeText, type Running, site, startGateway, topology} from '../helpers/home.js'
import {testLookup} from '../helpers/lookup.js'
import type {Message} from '../helpers/message.js'
import {type RawClient, rawClient} from '../helpers/raw-client.js'
import {type Script, type ScriptedService, scriptedService} from '../helpers/scripted-service.js'

/** A gateway with a scripted service behind it. */
export interface Through extends Running {
  readonly service: ScriptedService
  /** A new connection to the gateway, gone with the test. */
  client(): Promise<RawClient>
}

export interface ThroughOptions {
  readonly kind?: 'plain' | 'sse' | 'ha'
  /** Of `gateway-site.xml`. */
  readonly settings?: Readonly<Record<string, string>>
  /** Params of the service in its topology. */
  readonly params?: Readonly<Record<string, string>>
  /** URLs before the scripted service's own. */
  readonly before?: readonly string[]
  /** Value of HaProvider's param; undefined: off. */
  readonly ha?: string
  readonly files?: HomeText
  readonly gateway?: Partial<GatewayOptions>
}

/** Serves `/gateway/t/x/…` from a service that does what the script says. */
export async function through(
  t: ExecutionContext,
  script: Script,
  options: ThroughOptions = {},
): Promise<Through> {
  const {kind = 'plain', settings = {}, before = [], files = {}} = options
  const service = await scriptedService(script)
  t.teardown(() => service.close())
  const running = await startGateway(
    t,
    {
      ...definition('X', kind),
      'conf/gateway-site.xml': site({'gateway.servlet.async.supported': 'true', ...settings}),
      'conf/topologies/t.xml': xTopology([...before, `http://127.0.0.1:${service.port}`], options),
      ...files,
    },
    {lookup: testLookup, ...options.gateway},
  )
  return {
    ...running,
    service,
    async client() {
      const client = await rawClient(running.port)
      t.teardown(() => client.socket.destroy())
      return client
    },
  }
}

/** A topology that offers X at these URLs. */
export function xTopology(
  urls: readonly string[],
  {ha, params = {}}: Pick<ThroughOptions, 'ha' | 'params'> = {},
): string {
  const more = Object.entries(params).map(([name, value]) => `<param><name>${name}</name><value>${value}</value></param>`)
  const provider = `<provider><role>ha</role><name>HaProvider</name><enabled>true</enabled><param><name>X</name><value>${ha}</value></param></provider>`
  return topology([{role: 'X', urls, more: more.join('')}], ha === undefined ? '' : provider)
}

/** A request head for `/gateway/t/x` and what follows; `fields` are whole lines. */
export function ask(target: string, fields: readonly string[] = [], method = 'GET'): string {
  return `${[`${method} /gateway/t/x${target} HTTP/1.1`, 'Host: gw.test:8443', ...fields].join('\r\n')}\r\n\r\n`
}

/** What came of one request: what the service got, what the client got, and both sides for more. */
export interface Exchanged extends Through {
  readonly asked: Message
  readonly answer: Message
  readonly client1: RawClient
}

/** Sends a request through a new gateway to a service that answers with these bytes; later requests are answered with their own target. */
export async function exchanged(
  t: ExecutionContext,
  request: string,
  response: string,
  options: ThroughOptions & {readonly bodiless?: boolean} = {},
): Promise<Exchanged> {
  const got: Message[] = []
  const running = await through(t, answering(got, response), options)
  const client = await running.client()
  await client.send(request)
  const answer = await client.response(options)
  const [asked] = got
  if (asked === undefined) throw new Error(`the service got nothing; the client ${answer.startLine}`)
  return {...running, asked, answer, client1: client}
}

/** Answers the first request with these bytes and every other with its target. */
export function answering(got: Message[], first: string): Script {
  return async connection => {
    for (;;) {
      const asked = await connection.request()
      const [, target = ''] = asked.startLine.split(' ')
      await connection.send(got.push(asked) === 1 ? first : whole(target))
    }
  }
}

/** A response of known length. */
export function whole(body: string, status = '200 OK'): string {
  return `HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

/** Every value of a field, by its name in lower case. */
export function valuesOf(headers: readonly string[], lowerName: string): readonly string[] {
  return headers.filter((_, i) => i % 2 === 1 && headers[i - 1]?.toLowerCase() === lowerName)
}
