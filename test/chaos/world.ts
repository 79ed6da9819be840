import {freePort} from '../helpers/free-port.js'
import type {Random} from '../helpers/random.js'
import {ChaosGateway} from './chaos-gateway.js'
import {Client} from './client.js'
import {HISTORY_KINDS, History} from './history.js'
import {Ledger} from './ledger.js'
import type {Plant} from './plants.js'
import {Service} from './service.js'
import {TOPOLOGIES, type TopologyFacts, topologyText} from './topologies.js'

const SERVICES = 3
const CLIENTS = 40

/** How things stood when a connection began. */
export interface Moment {
  readonly stops: number
  readonly removals: number
  readonly wasUp: boolean
  readonly wasServed: boolean
}

/** Services, gateway and clients, and what is found. */
export class World {
  readonly random: Random
  readonly ledger = new Ledger()
  readonly services: readonly Service[]
  readonly gateway: ChaosGateway
  readonly clients: Client[] = []
  readonly topologies = TOPOLOGIES
  /** Faults: none is forgiven. */
  readonly findings: string[] = []
  /** What was done, newest last. */
  readonly steps: string[] = []
  /** Events that came to clients. */
  events = 0
  readonly #histories: ReadonlyMap<string, History>
  readonly #removals = new Map<string, number>()
  /** Topologies whose files are not there; the gateway serves each until it has seen that. */
  readonly #removed = new Set<string>()
  readonly #began = performance.now()
  #clients = 0

  constructor(random: Random, plant: Plant | undefined) {
    this.random = random
    const histories = new Map(HISTORY_KINDS.map(kind => [kind, new History(kind, random)]))
    this.#histories = histories
    const facts = {histories, ledger: this.ledger, random}
    this.services = Array.from({length: SERVICES}, (_, i) => new Service(`service ${i}`, facts))
    this.gateway = new ChaosGateway(plant)
  }

  get url(): string {
    return this.gateway.url
  }

  async start(): Promise<void> {
    for (const service of this.services) {
      service.port = await freePort()
      await service.start()
    }
    for (const topology of this.topologies) this.write(topology)
    await this.gateway.start()
    this.fill()
  }

  /** New clients in place of those that are gone. */
  fill(): void {
    const staying = this.clients.filter(client => !client.isGone)
    this.clients.splice(0, this.clients.length, ...staying)
    while (this.clients.length < CLIENTS) this.clients.push(new Client(String(++this.#clients), this, this.random))
  }

  history(random: Random): History {
    return this.#histories.get(random.pick(HISTORY_KINDS)) ?? new History('plain', random)
  }

  /** Writes the file of a topology; `text` undefined: as it was at first. */
  write(topology: TopologyFacts, text?: string): void {
    const urls = this.services.map(({url}) => url)
    this.#removed.delete(topology.name)
    this.gateway.write(topology.name, text ?? topologyText(topology, urls))
  }

  remove({name}: TopologyFacts): void {
    this.#removals.set(name, this.#removalsOf(name) + 1)
    this.#removed.add(name)
    this.gateway.write(name, undefined)
  }

  moment({name}: TopologyFacts): Moment {
    const {stops, isUp} = this.gateway
    const wasServed = this.gateway.serves(name) && !this.#removed.has(name)
    return {stops, removals: this.#removalsOf(name), wasUp: isUp, wasServed}
  }

  /** What has happened since then. */
  since(
    {stops, removals, wasUp, wasServed}: Moment,
    {name}: TopologyFacts,
  ): {readonly stopped: boolean; readonly removed: boolean} {
    return {stopped: !wasUp || this.gateway.stops > stops, removed: !wasServed || this.#removalsOf(name) > removals}
  }

  did(step: string): void {
    this.steps.push(`${this.#time} ${step}`)
    if (this.steps.length > 200) this.steps.shift()
  }

  find(client: Client | undefined, fault: string): void {
    this.findings.push(`${this.#time} ${client ? `${client.title}: ` : ''}${fault}`)
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.leave(false)
    await this.gateway.remove()
    for (const service of this.services) await service.close()
  }

  get #time(): string {
    return `${((performance.now() - this.#began) / 1000).toFixed(2)} s`
  }

  #removalsOf(name: string): number {
    return this.#removals.get(name) ?? 0
  }
}
