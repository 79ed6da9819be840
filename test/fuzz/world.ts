import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {LogFields} from '../../gateway/common/log.js'
import {createGateway, type Gateway} from '../../gateway/server/gateway.js'
import {newParts} from '../../gateway/server/live/parts.js'
import {definition, site, writeHome} from '../helpers/home.js'
import type {Random} from '../helpers/random.js'
import {exchanged} from './client.js'
import {Credentials} from './credentials.js'
import {type Makings, someCase} from './generate.js'
import {Identity} from './identity.js'
import {answerWrongs, markOf, wrongsOf} from './judge.js'
import type {Plant} from './plants.js'
import type {Asked, Case} from './request.js'
import {Service} from './service.js'
import {guards} from './topologies.js'

/** Nobody's proxy is trusted: what clients say of addresses must not count. */
const SETTINGS = {'gateway.xforwarded.trusted': '192.0.2.1', 'gateway.access.log.format': 'off'}

/** Requests whose truth is still known, should they come late. */
const REMEMBERED = 5000

/** A gateway with all guards, the service behind it, and what is found. */
export class World {
  /** Faults by the case in which they were seen. */
  readonly findings: {readonly index: number; readonly fault: string}[] = []
  /** Requests that came to the service. */
  arrivals = 0
  readonly #credentials = new Credentials()
  readonly #service = new Service(arrival => this.#judge(arrival))
  readonly #identity = new Identity(this.#credentials.key)
  readonly #home = mkdtempSync(join(tmpdir(), 'gateway-fuzz-'))
  readonly #known = new Map<string, Asked>()
  #makings: Makings | undefined
  #gateway: Gateway | undefined
  #port = 0

  async start(plant: Plant | undefined): Promise<void> {
    const url = `http://127.0.0.1:${await this.#service.start()}`
    const all = guards({pem: this.#credentials.key.publicPem, identityUrl: await this.#identity.start()})
    this.#makings = {guards: all, credentials: this.#credentials}
    const topologies = all.map(({name, providers}) => [
      `conf/topologies/${name}.xml`,
      `<topology><gateway>${providers}</gateway><service><role>X</role><url>${url}/${name}</url></service></topology>`,
    ])
    writeHome(this.#home, {
      ...definition('X'),
      'conf/gateway-site.xml': site(SETTINGS),
      ...Object.fromEntries(topologies),
    })
    const error = (text: string, fields?: LogFields) => this.#complain(text, fields)
    const gateway = createGateway(
      {
        home: this.#home,
        host: '127.0.0.1',
        port: 0,
        environment: {},
        watch: false,
        access: () => {},
        log: {info: () => {}, warn: () => {}, error},
      },
      plant && ((loaded, options) => plant(newParts(loaded, options))),
    )
    this.#gateway = gateway
    if (gateway.problems.length > 0) throw new Error(gateway.problems.map(({message}) => message).join('\n'))
    this.#port = (await gateway.listen()).port
  }

  /** The case of that number. */
  case(index: number, seed: Random): Case {
    if (this.#makings === undefined) throw new Error('the world has not begun')
    return someCase(index, this.#makings, seed)
  }

  /** Sends a case; what is wrong is found, sooner or later. */
  async send(one: Case): Promise<void> {
    for (const asked of [...one.requests, ...one.hidden]) this.#remember(asked)
    const before = this.arrivals
    const {text, fault} = await exchanged(this.#port, one)
    if (fault !== undefined) this.find(one.index, fault)
    for (const wrong of answerWrongs(one, text)) this.find(one.index, wrong)
    const [first] = one.requests
    if (first?.plain && first.may.length > 0 && this.arrivals === before)
      this.find(one.index, 'a good request never came')
  }

  find(index: number, fault: string): void {
    this.findings.push({index, fault})
  }

  /** Connections that the gateway holds to the service. */
  get connections(): number {
    return this.#service.sockets.size
  }

  async close(): Promise<void> {
    await this.#gateway?.close()
    await this.#service.close()
    await this.#identity.close()
    rmSync(this.#home, {recursive: true, force: true})
  }

  #remember(asked: Asked): void {
    this.#known.set(asked.mark, asked)
    const [oldest] = this.#known.keys()
    if (this.#known.size > REMEMBERED && oldest !== undefined) this.#known.delete(oldest)
  }

  #judge(arrival: Parameters<typeof wrongsOf>[0]): void {
    this.arrivals++
    const mark = markOf(arrival)
    const index = Number(/\d+/.exec(mark)?.[0] ?? -1)
    for (const wrong of wrongsOf(arrival, this.#known.get(mark))) this.find(index, wrong)
  }

  #complain(text: string, fields: LogFields | undefined): void {
    if (fields?.['code'] === 'internal') this.find(-1, `${text} ${JSON.stringify(fields)}`)
  }
}
