import {Command} from 'commander'
import {systemClock} from '../common/clock.js'
import {GatewayError} from '../common/errors.js'
import type {SourceLocation} from '../common/problem.js'
import type {Headers} from '../http/headers.js'
import {type Explanation, explain} from '../server/explain.js'
import {loadHome} from '../server/home.js'
import {newParts} from '../server/parts.js'
import {EXIT} from './exit-codes.js'
import {headerOption} from './header-option.js'
import {homeOption} from './home-option.js'
import type {MakeCommand} from './main.js'
import {table, tellFaults} from './tell.js'

interface ExplainOptions {
  readonly home: string
  readonly header: Headers
  readonly json?: boolean
}

/** `gateway explain` */
export const explainCommand: MakeCommand = ended =>
  new Command('explain')
    .description('tell where a request would go and why; nothing is sent')
    .argument('<method>')
    .argument('<url>', 'a whole address, or a path of the gateway such as /gateway/sandbox/…')
    .addOption(headerOption())
    .option('--json', 'as JSON')
    .addOption(homeOption())
    .action(async (method: string, url: string, options: ExplainOptions) => ended(await run(method, url, options)))

async function run(method: string, url: string, {home, header, json}: ExplainOptions): Promise<number> {
  const loaded = loadHome(home, process.env)
  const {plan, refused} = loaded
  const quiet = {info() {}, warn() {}, error() {}}
  const parts = newParts(loaded, {clock: systemClock, log: quiet, lookup: undefined})
  try {
    const question = {method: method.toUpperCase(), url, headers: header}
    const told = await explain(plan, parts, question)
    process.stdout.write(json ? `${JSON.stringify(told, undefined, 2)}\n` : asText(told))
    const name = /^(?:https?:\/\/[^/]+)?\/[^/]+\/([^/?]+)/i.exec(url)?.[1] ?? ''
    if (Object.hasOwn(refused, name)) tellFaults(refused[name] ?? [])
    return told.refusal ? EXIT.failed : EXIT.ok
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    process.stderr.write(`${error.message}\n`)
    return EXIT.usage
  } finally {
    await parts.close()
  }
}

const place = ({file, line}: SourceLocation) => `${file}:${line}`

function asText(told: Explanation): string {
  const {service, route, dispatch, refusal} = told
  const rows: [string, string | undefined][] = [
    ['request', `${told.method} ${told.url}`],
    ['topology', told.topology],
    ['service', service && `${service.role} ${service.name} ${service.version} (${place(service.at)})`],
    ['route', route && `${route.path} (${place(route.at)})`],
    ...(told.filters ?? []).map(({filter, decision}): [string, string] => ['filter', `${filter} ${decision}`]),
    ...stepsOf(told),
    ['target', told.target],
    [
      'dispatch',
      dispatch && `${dispatch.className} (from the ${dispatch.from}${dispatch.ha ? ', with failover' : ''})`,
    ],
    ...(told.endpoints ?? []).map((url): [string, string] => ['endpoint', url]),
    [
      'gate',
      told.gate &&
        (told.gate === 'open' ? 'open' : 'closed: gateway.servlet.async.supported does not let this topology stream'),
    ],
    ['user', told.principal],
    ['refused', refusal && `${refusal.status} ${refusal.code}: ${refusal.message}`],
    ['topologies', told.topologies?.join(', ')],
    ...(told.routes ?? []).map((text): [string, string] => ['there is', text]),
  ]
  return table(rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

function stepsOf({steps = []}: Explanation): [string, string][] {
  return steps.map(step =>
    step.kind === 'rule'
      ? ['rule', `${step.rule} (${place(step.at)}): ${step.outcome}`]
      : ['function', `{$${step.name}[${step.args.join(',')}]} gives ${step.values.join(', ') || 'nothing'}`],
  )
}
