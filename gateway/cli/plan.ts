import {Command} from 'commander'
import {refuses} from '../common/problem.js'
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
  process.stdout.write(`${JSON.stringify(shown, undefined, 2)}\n`)
  return problems.some(refuses) ? EXIT.configuration : EXIT.ok
}
