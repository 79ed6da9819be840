import {Command, CommanderError} from 'commander'
import {EXIT} from './exit-codes.js'
import {version} from './version.js'

/** A command as `main` adds it: told what to do with the exit code. */
export type MakeCommand = (ended: (code: number | undefined) => void) => Command

/** Each with the modules it needs, which are loaded for no other. */
const COMMANDS: Readonly<Record<string, () => Promise<MakeCommand>>> = {
  start: async () => (await import('./start.js')).startCommand,
  check: async () => (await import('./check.js')).checkCommand,
  explain: async () => (await import('./explain.js')).explainCommand,
  plan: async () => (await import('./plan.js')).planCommand,
  settings: async () => (await import('./settings.js')).settingsCommand,
  'create-master': async () => (await import('./secret-commands.js')).createMasterCommand,
  'create-alias': async () => (await import('./secret-commands.js')).createAliasCommand,
  'delete-alias': async () => (await import('./secret-commands.js')).deleteAliasCommand,
  'list-alias': async () => (await import('./secret-commands.js')).listAliasCommand,
  'generate-jwk': async () => (await import('./secret-commands.js')).generateJwkCommand,
  'create-cert': async () => (await import('./secret-commands.js')).createCertCommand,
  'export-cert': async () => (await import('./secret-commands.js')).exportCertCommand,
  'user-auth-test': async () => (await import('./user-commands.js')).userAuthTestCommand,
  'ldap-user-groups-test': async () => (await import('./user-commands.js')).ldapUserGroupsTestCommand,
  list: async () => (await import('./list.js')).listCommand,
  streams: async () => (await import('./streams.js')).streamsCommand,
  endpoints: async () => (await import('./endpoints.js')).endpointsCommand,
  doctor: async () => (await import('./doctor.js')).doctorCommand,
  figures: async () => (await import('./figures.js')).figuresCommand,
}

/** Runs a command line; gives its exit code, or undefined while the gateway runs on. */
export async function main(args: readonly string[]): Promise<number | undefined> {
  // `gateway check | head`: what nobody reads is no failure.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  const program = new Command('bin/gateway')
    .description("One front door to a cluster's services, described in XML; made for event streams.")
    .version(version(), '-V, --version')
    .showHelpAfterError('(bin/gateway --help shows what there is)')
    .exitOverride()
    .configureHelp({showGlobalOptions: true})
  let code: number | undefined = EXIT.ok
  const ended = (result: number | undefined) => {
    code = result
  }
  for (const command of await commandsFor(args[0])) program.addCommand(adopted(command(ended), program))
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

/** A command, and those below it, that behave as the program's own. */
function adopted(command: Command, parent: Command): Command {
  command.exitOverride().copyInheritedSettings(parent)
  for (const child of command.commands) adopted(child, command)
  return command
}

/** The command of a name; all of them for any other word, since help lists them. */
function commandsFor(name = ''): Promise<readonly MakeCommand[]> {
  const meant = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  return Promise.all((meant ? [meant] : Object.values(COMMANDS)).map(load => load()))
}
