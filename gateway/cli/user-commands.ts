import {Command} from 'commander'
import {withAliases} from '../common/alias-reference.js'
import {GatewayError} from '../common/errors.js'
import {loginBy} from '../providers/authentication/shiro.js'
import {groupsBy} from '../providers/identity/hadoop-groups.js'
import {type LoadedHome, loadHome} from '../server/files/home.js'
import type {ProviderPlan} from '../topology/gateway-plan.js'
import {askSecret} from './ask-secret.js'
import {EXIT} from './exit-codes.js'
import {homeOption} from './home-option.js'
import type {MakeCommand} from './main.js'
import {tellFaults} from './tell.js'

interface UserOptions {
  readonly home: string
  readonly cluster: string
  readonly u: string
  readonly p?: string
  readonly g?: boolean
  readonly d?: boolean
}

/** `gateway user-auth-test`. Source: Knox, `KnoxCLI.LDAPAuthCommand`. */
export const userAuthTestCommand: MakeCommand = ended =>
  new Command('user-auth-test')
    .description("try a name and a password at the directory of a topology's ShiroProvider")
    .requiredOption('--cluster <topology>', 'the topology')
    .requiredOption('--u <name>', 'name of the user')
    .option('--p <password>', 'password; without it, it is read from standard input: others see the command line')
    .option('--g', 'list the groups of the user too')
    .option('--d', 'tell what the directory said')
    .addOption(homeOption())
    .action((options: UserOptions) => tried(ended, options, authenticate))

/** `gateway ldap-user-groups-test`. Source: Knox, `KnoxCLI.LDAPGroupTestCommand`, which asks a directory of Knox's own. */
export const ldapUserGroupsTestCommand: MakeCommand = ended =>
  new Command('ldap-user-groups-test')
    .description("look up the groups of a user as a topology's HadoopGroupProvider does")
    .requiredOption('--cluster <topology>', 'the topology')
    .requiredOption('--u <name>', 'name of the user')
    .option('--d', 'tell what the directory said')
    .addOption(homeOption())
    .action((options: UserOptions) => tried(ended, options, lookUp))

async function authenticate(loaded: LoadedHome, {cluster, u: user, p, g}: UserOptions): Promise<string> {
  const params = paramsOf(loaded, cluster, 'ShiroProvider')
  const password = p ?? (await askSecret(`password of ${user}`)) ?? ''
  const groups = await loginBy(params).login(user, password)
  return `LDAP authentication successful!\n${g ? membership(user, groups) : ''}`
}

async function lookUp(loaded: LoadedHome, {cluster, u: user}: UserOptions): Promise<string> {
  return membership(user, await groupsBy(paramsOf(loaded, cluster, 'HadoopGroupProvider'))(user))
}

const membership = (user: string, groups: readonly string[]) =>
  groups.length === 0
    ? `${user} does not belong to any groups\n`
    : groups.map(group => `${user} is a member of: ${group}\n`).join('')

/** A topology that is not there, or does not ask a directory. */
class NothingToTry extends Error {}

/** With the secrets that aliases stand for. Throws NothingToTry. */
function paramsOf({plan, cache}: LoadedHome, cluster: string, name: string): ProviderPlan['params'] {
  const topology = Object.hasOwn(plan.topologies, cluster) ? plan.topologies[cluster] : undefined
  if (topology === undefined) throw new NothingToTry(`there is no topology ${cluster}`)
  const found = topology.providers.find(provider => provider.name === name)
  if (found === undefined) throw new NothingToTry(`${cluster} has no ${name}`)
  return withAliases(found.params, alias => cache.aliases.valueOf(cluster, alias))
}

type Try = (loaded: LoadedHome, options: UserOptions) => Promise<string>

async function tried(ended: (code: number) => void, options: UserOptions, attempt: Try): Promise<void> {
  const loaded = loadHome(options.home, process.env)
  try {
    process.stdout.write(await attempt(loaded, options))
    ended(EXIT.ok)
  } catch (error) {
    if (error instanceof NothingToTry) {
      process.stderr.write(`${error.message}\n`)
      tellFaults(loaded.refused[options.cluster] ?? [])
      ended(EXIT.configuration)
    } else if (error instanceof GatewayError) {
      process.stderr.write(failureText(error, options))
      ended(EXIT.failed)
    } else throw error
  }
}

/** The directory's own words may name what only its operators should see, so they are asked for. */
function failureText({status, cause}: GatewayError, {u: user, d}: UserOptions): string {
  const told = status === 401 ? `Unable to authenticate user: ${user}` : 'The directory does not answer'
  const more = d && cause instanceof Error ? `\n${cause.message}` : '\n--d tells more'
  return `ERR: ${told}${more}\n`
}
