import {Command, InvalidArgumentError} from 'commander'
import {ConfigurationError} from '../server/files/configuration-error.js'
import {createGateway} from '../server/gateway.js'
import type {GatewayPlan} from '../topology/gateway-plan.js'
import {EXIT} from './exit-codes.js'
import {growExternalMemory} from './external-memory.js'
import {homeOption} from './home-option.js'
import {loneScavenges} from './lone-scavenges.js'
import type {MakeCommand} from './main.js'
import {runOnce} from './run-once.js'

interface StartOptions {
  readonly home: string
  readonly host?: string
  readonly port?: number
}

/** `gateway start` */
export const startCommand: MakeCommand = ended =>
  new Command('start')
    .description(
      'serve until told to stop: SIGTERM lets streams come to their end, a second one or SIGINT ends at once',
    )
    .addOption(homeOption())
    .option('--host <host>', 'instead of gateway.host')
    .option('--port <port>', 'instead of gateway.port; 0: any free one', readPort)
    .action(async (options: StartOptions) => ended(await start(options)))

async function start(options: StartOptions): Promise<number | undefined> {
  growExternalMemory()
  try {
    const {gateway, url} = await runOnce(async () => {
      const gateway = createGateway({...options, control: true})
      const {url} = await gateway.listen()
      return {gateway, url}
    })
    loneScavenges()
    await startDemos(gateway.plan)
    onSignals(gateway.drain, gateway.close)
    process.on('SIGHUP', () => gateway.reload())
    process.stdout.write(`listening on ${url}\n`)
    return undefined
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}${isTaken(error) ? TAKEN : ''}\n`)
    return error instanceof ConfigurationError ? EXIT.configuration : EXIT.failed
  }
}

const TAKEN = '; --port or gateway.port names another port'

const isTaken = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'

/** Runs the demo wherever a topology expects one on this machine; an address that is taken is left alone. */
async function startDemos({topologies}: GatewayPlan): Promise<void> {
  const services = Object.values(topologies).flatMap(topology => topology.services)
  const urls = services.filter(({role}) => role === 'DEMO').flatMap(service => service.urls)
  if (urls.length === 0) return
  const {demoPort, demoSource, startDemo} = await import('../hosted/demo.js')
  const source = demoSource()
  for (const port of new Set(urls.map(demoPort))) {
    if (port === undefined) continue
    await startDemo({port, source}).catch((error: unknown) => {
      if (!isTaken(error)) throw error
    })
  }
}

function onSignals(drain: () => Promise<void>, close: () => Promise<void>): void {
  let told = false
  const end = (work: () => Promise<void>) => {
    work().then(
      () => process.exit(EXIT.ok),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`)
        process.exit(EXIT.failed)
      },
    )
  }
  process.on('SIGTERM', () => {
    end(told ? close : drain)
    told = true
  })
  process.on('SIGINT', () => end(close))
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (!(port <= 65_535)) throw new InvalidArgumentError('a port is a number from 0 to 65535')
  return port
}
