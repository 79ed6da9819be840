import {Command} from 'commander'
import {type Problem, printProblem, refuses, type Severity} from '../common/problem.js'
import {checkFiles} from '../server/files/check-files.js'
import {loadHome} from '../server/files/home.js'
import {EXIT} from './exit-codes.js'
import {homeOption} from './home-option.js'
import type {MakeCommand} from './main.js'

interface CheckOptions {
  readonly home: string
  readonly json?: boolean
  readonly strict?: boolean
}

/** `gateway check` */
export const checkCommand: MakeCommand = ended =>
  new Command('check')
    .description('find every mistake in the files of the home, or in these files and their siblings')
    .argument('[file...]', 'topology, service, rewrite or settings files; the root element tells which')
    .option('--json', 'as JSON')
    .option('--strict', 'warnings are faults')
    .addOption(homeOption())
    .action((files: string[], options: CheckOptions) => ended(check(files, options)))

const asFault = (problem: Problem): Problem => (refuses(problem) ? problem : {...problem, severity: 'fault'})

const counted = (count: number, name: string) => `${count} ${name}${count === 1 ? '' : 's'}`

function check(files: readonly string[], {home, json = false, strict = false}: CheckOptions): number {
  const found = files.length > 0 ? checkFiles(home, files, process.env) : loadHome(home, process.env).problems
  const problems = strict ? found.map(asFault) : found
  const of = (severity: Severity) => problems.filter(problem => problem.severity === severity).length
  const [faults, consequences, warnings] = [of('fault'), of('consequence'), of('warning')]
  if (json) process.stdout.write(`${JSON.stringify({faults, consequences, warnings, problems}, undefined, 2)}\n`)
  else {
    for (const problem of problems) process.stdout.write(`${printProblem(problem)}\n`)
    const followed = consequences > 0 ? [counted(consequences, 'consequence')] : []
    const counts = [counted(faults, 'fault'), ...followed, counted(warnings, 'warning')]
    process.stdout.write(`${counts.join(', ')}\n`)
  }
  return problems.some(refuses) ? EXIT.configuration : EXIT.ok
}
