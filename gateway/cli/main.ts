import {Command, CommanderError} from 'commander'
import {checkCommand} from './check.js'
import {EXIT} from './exit-codes.js'
import {explainCommand} from './explain.js'
import {listCommand} from './list.js'
import {planCommand} from './plan.js'
import {settingsCommand} from './settings.js'
import {startCommand} from './start.js'
import {version} from './version.js'

/** Runs a command line; gives its exit code, or undefined while the gateway runs on. */
export async function main(args: readonly string[]): Promise<number | undefined> {
  const program = new Command('gateway')
    .description("One front door to a cluster's services, described in XML; made for event streams.")
    .version(version(), '-V, --version')
    .showHelpAfterError('(gateway --help shows what there is)')
    .exitOverride()
    .configureHelp({showGlobalOptions: true})
  let code: number | undefined = EXIT.ok
  const ended = (result: number | undefined) => {
    code = result
  }
  for (const command of [startCommand, checkCommand, explainCommand, planCommand, settingsCommand, listCommand])
    program.addCommand(command(ended).exitOverride().copyInheritedSettings(program))
  program
    .command('version')
    .description('print the version')
    .action(() => {
      process.stdout.write(`${version()}\n`)
    })
  try {
    await program.parseAsync([...args], {from: 'user'})
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  }
  return code
}

/** A command as `main` adds it: told what to do with the exit code. */
export type MakeCommand = (ended: (code: number | undefined) => void) => Command
