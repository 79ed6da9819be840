import {Command} from 'commander'
import {aliasesIn} from '../common/alias-reference.js'
import {SECRET} from '../common/params.js'
import {refuses} from '../common/problem.js'
import type {HeaderPolicy} from '../pipeline/dispatch-plan.js'
import {catalogue} from '../server/catalogue.js'
import {loadHome} from '../server/files/home.js'
import {EXIT} from './exit-codes.js'
import {homeOption} from './home-option.js'
import type {MakeCommand} from './main.js'
import {tellFaults} from './tell.js'

/** `gateway plan` */
export const planCommand: MakeCommand = ended =>
  new Command('plan')
    .description('print what would be served, as JSON')
    .argument('[topology]', 'only this one')
    .addOption(homeOption())
    .action((topology: string | undefined, {home}: {home: string}) => ended(printPlan(home, topology)))

function printPlan(home: string, topology: string | undefined): number {
  const {plan, problems} = loadHome(home, process.env)
  const shown = topology === undefined ? plan : plan.topologies[topology]
  tellFaults(problems)
  if (shown === undefined) {
    process.stderr.write(`there is no topology ${topology}\n`)
    return EXIT.configuration
  }
  process.stdout.write(`${JSON.stringify(shown, withoutSecrets, 2)}\n`)
  return problems.some(refuses) ? EXIT.configuration : EXIT.ok
}

const SECRETS: ReadonlySet<string> = new Set(
  catalogue.providers.flatMap(({params}) => Object.keys(params).filter(name => params[name]?.unit === SECRET)),
)

/** Secrets that stand in the files themselves: what is printed is shown to others. */
function withoutSecrets(name: string, value: unknown): unknown {
  if (SECRETS.has(name)) return hidden(String(value))
  if (name !== 'requestAppend') return value
  // of a plan's dispatch
  return (value as HeaderPolicy['requestAppend']).map(([field, text]) => [field, hidden(text)])
}

const hidden = (text: string) => (text === '' || aliasesIn(text).length > 0 ? text : '***')
