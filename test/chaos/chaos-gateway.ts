import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type Clock, systemClock} from '../../gateway/common/clock.js'
import type {LogFields} from '../../gateway/common/log.js'
import {createGateway, type Gateway} from '../../gateway/server/gateway.js'
import {newParts} from '../../gateway/server/live/parts.js'
import {freePort} from '../helpers/free-port.js'
import {definition, site, writeHome} from '../helpers/home.js'
import type {Plant} from './plants.js'

const SETTINGS = {
  'gateway.servlet.async.supported': 'true',
  'gateway.drain.delay': '100ms',
  'gateway.drain.timeout': '2s',
}

/** Counts the calls that are still to come. */
class CountingClock implements Clock {
  pending = 0
  readonly now = systemClock.now
  readonly date = systemClock.date
  after(ms: number, then: () => void): () => void {
    this.pending++
    let waits = true
    const over = () => {
      if (waits) this.pending--
      waits = false
    }
    const cancel = systemClock.after(ms, () => {
      over()
      then()
    })
    return () => {
      over()
      cancel()
    }
  }
}

/** The gateway of a world: started, drained, broken off and started again over one home and at one port. */
export class ChaosGateway {
  /** How often it began to stop. */
  stops = 0
  /** Lines of its log that tell of what must not be. */
  readonly complaints: string[] = []
  /** How lost streams went on, by outcome. */
  readonly resumes: Record<string, number> = {}
  readonly home = mkdtempSync(join(tmpdir(), 'gateway-chaos-'))
  readonly clock = new CountingClock()
  readonly #plant: Plant | undefined
  #port = 0
  #gateway: Gateway | undefined

  constructor(plant: Plant | undefined) {
    this.#plant = plant
    writeHome(this.home, {...definition('X', 'sse'), 'conf/gateway-site.xml': site(SETTINGS)})
  }

  get isUp(): boolean {
    return this.#gateway !== undefined
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/gateway`
  }

  serves(topology: string): boolean {
    return this.#gateway !== undefined && Object.hasOwn(this.#gateway.plan.topologies, topology)
  }

  async start(): Promise<void> {
    this.#port ||= await freePort()
    const plant = this.#plant
    const gateway = createGateway(
      {
        home: this.home,
        host: '127.0.0.1',
        port: this.#port,
        environment: {},
        clock: this.clock,
        access: () => {},
        log: {
          info: (text, fields) => this.#told(text, fields),
          warn: () => {},
          error: (text, fields) => this.#complain(text, fields),
        },
      },
      plant &&
        ((loaded, options) => {
          const parts = newParts(loaded, options)
          return {...parts, transport: plant(parts.transport)}
        }),
    )
    await gateway.listen()
    this.#gateway = gateway
  }

  /** `crash`: what runs is broken off. */
  async stop(how: 'drain' | 'crash'): Promise<void> {
    this.stops++
    const gateway = this.#gateway
    this.#gateway = undefined
    await (how === 'drain' ? gateway?.drain() : gateway?.close())
  }

  /** Writes a topology's file, or takes it away. */
  write(name: string, text: string | undefined): void {
    const path = `conf/topologies/${name}.xml`
    if (text === undefined) rmSync(join(this.home, path), {force: true})
    else writeHome(this.home, {[path]: text})
  }

  async remove(): Promise<void> {
    if (this.#gateway) await this.stop('crash')
    rmSync(this.home, {recursive: true, force: true})
  }

  #told(text: string, fields: LogFields | undefined): void {
    const outcome = text === 'audit: a lost stream' ? String(fields?.['outcome']) : undefined
    if (outcome !== undefined) this.resumes[outcome] = (this.resumes[outcome] ?? 0) + 1
  }

  #complain(text: string, fields: LogFields | undefined): void {
    if (fields?.['code'] === 'internal') this.complaints.push(`${text} ${JSON.stringify(fields)}`)
  }
}
