import {Command, InvalidArgumentError, Option} from 'commander'
import {type AliasStore, aliasStore, GATEWAY_CLUSTER} from '../secrets/alias-store.js'
import {createMaster, randomSecret, readMaster} from '../secrets/master.js'
import {SecretsError} from '../secrets/secret-file.js'
import {createCertificate, exportCertificate} from '../secrets/self-signed.js'
import {askSecret, askSecretText} from './ask-secret.js'
import {EXIT} from './exit-codes.js'
import {homeOption} from './home-option.js'
import type {MakeCommand} from './main.js'

/** `gateway create-master`. Source: Knox, `KnoxCLI.MasterCreateCommand`; and so on for those below. */
export const createMasterCommand: MakeCommand = ended =>
  new Command('create-master')
    .description(
      'keep a master secret, under which aliases are sealed; without an option it is read from standard input',
    )
    .option('--master <secret>', 'this one; mind that others on the machine see the command line')
    .option('--generate', 'one that nobody can guess')
    .option('--force', 'in place of the one that is there; aliases that were made under it no longer open')
    .addOption(homeOption())
    .action((options: GivenSecret & HomeOf & {master?: string; force?: boolean}) =>
      told(ended, async () => {
        const secret = await secretOf(options.master, options, 'master secret', askSecret)
        return `the master secret is in ${createMaster(options.home, secret, options.force === true)}`
      }),
    )

/** `gateway create-alias` */
export const createAliasCommand: MakeCommand = ended =>
  new Command('create-alias')
    .description(
      'seal a secret under a name, by which params may refer to it; without an option it is read from standard input',
    )
    .argument('<name>', 'name of the alias', nameOf)
    .addOption(clusterOption())
    .option('--value <secret>', 'this one; mind that others on the machine see the command line')
    .option('--generate', 'one that nobody can guess')
    .addOption(homeOption())
    .action((name: string, options: GivenSecret & HomeOf & ClusterOf & {value?: string}) =>
      told(ended, async () => {
        const secret = await secretOf(options.value, options, `secret of ${name}`, askSecretText)
        storeOf(options.home).set(options.cluster, name, secret)
        return `${name} has been successfully created.`
      }),
    )

/** `gateway delete-alias` */
export const deleteAliasCommand: MakeCommand = ended =>
  new Command('delete-alias')
    .description('remove an alias')
    .argument('<name>', 'name of the alias')
    .addOption(clusterOption())
    .addOption(homeOption())
    .action((name: string, {home, cluster}: HomeOf & ClusterOf) =>
      told(ended, () => {
        if (!storeOf(home).delete(cluster, name)) throw new SecretsError(`${cluster} has no alias ${name}`)
        return `${name} has been successfully deleted.`
      }),
    )

/** `gateway list-alias` */
export const listAliasCommand: MakeCommand = ended =>
  new Command('list-alias')
    .description('list names of aliases, never their secrets')
    .addOption(clusterOption('topologies between commas, or __gateway for those of all'))
    .addOption(homeOption())
    .action(({home, cluster}: HomeOf & ClusterOf) =>
      told(ended, () =>
        cluster
          .split(',')
          .map(each => listing(each.trim(), storeOf(home)))
          .join('\n\n'),
      ),
    )

/** `gateway generate-jwk`. Source: Knox, `KnoxCLI.JWKGenerator`. */
export const generateJwkCommand: MakeCommand = ended =>
  new Command('generate-jwk')
    .description('make a secret for signatures of this algorithm; print it, or keep it as an alias of the gateway')
    .addOption(new Option('--jwkAlg <algorithm>', 'algorithm').choices(Object.keys(KEY_BYTES)).default('HS256'))
    .option('--saveAlias <name>', 'keep it under this name, and print nothing', nameOf)
    .addOption(homeOption())
    .action(({home, jwkAlg, saveAlias}: HomeOf & {jwkAlg: keyof typeof KEY_BYTES; saveAlias?: string}) =>
      told(ended, () => {
        const secret = randomSecret(KEY_BYTES[jwkAlg])
        if (saveAlias === undefined) return secret
        storeOf(home).set(GATEWAY_CLUSTER, saveAlias, secret)
        return `${saveAlias} has been successfully created.`
      }),
    )

/** `gateway create-cert` */
export const createCertCommand: MakeCommand = ended =>
  new Command('create-cert')
    .description('make the self-signed certificate that is served when the settings name no other')
    .option('--hostname <name>', 'name or address it is for; default: that of this machine')
    .option('--force', 'in place of the one that is there')
    .addOption(homeOption())
    .action(({home, hostname, force}: HomeOf & {hostname?: string; force?: boolean}) =>
      told(ended, async () => `the certificate is in ${await createCertificate(home, hostname, force === true)}`),
    )

/** `gateway export-cert` */
export const exportCertCommand: MakeCommand = ended =>
  new Command('export-cert')
    .description(
      'write that certificate, without its key, for clients to trust: data/security/keystores/gateway-client-trust.pem',
    )
    .addOption(new Option('--type <type>', 'Java reads PEM by keytool -importcert').choices(['PEM']).default('PEM'))
    .addOption(homeOption())
    .action(({home}: HomeOf) => told(ended, () => `the certificate has been exported to ${exportCertificate(home)}`))

/** As long as the hash (RFC 7518 §3.2). */
const KEY_BYTES = {HS256: 32, HS384: 48, HS512: 64} as const

interface HomeOf {
  readonly home: string
}

interface ClusterOf {
  readonly cluster: string
}

interface GivenSecret {
  readonly generate?: boolean
}

const storeOf = (home: string): AliasStore => aliasStore(home, () => readMaster(home, process.env))

function listing(cluster: string, store: AliasStore): string {
  const names = store.names(cluster)
  return [`Listing aliases for: ${cluster}`, ...names, '', `${names.length} items.`].join('\n')
}

function clusterOption(doc = 'the topology it is for; __gateway: all'): Option {
  return new Option('--cluster <name>', doc).default(GATEWAY_CLUSTER)
}

function nameOf(text: string): string {
  if (!/^[\w.-]{1,200}$/.test(text)) throw new InvalidArgumentError('a name is made of letters, digits and ._-')
  return text
}

async function secretOf(
  given: string | undefined,
  {generate}: GivenSecret,
  what: string,
  ask: typeof askSecret,
): Promise<string> {
  const secret = given ?? (generate ? randomSecret(32) : await ask(what))
  if (secret === undefined || secret === '') throw new SecretsError(`the ${what} is empty`)
  return secret
}

/** Prints what a command did, or why it could not. */
async function told(ended: (code: number) => void, work: () => string | Promise<string>): Promise<void> {
  try {
    process.stdout.write(`${await work()}\n`)
    ended(EXIT.ok)
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error
    process.stderr.write(`${error.message}\n`)
    ended(EXIT.failed)
  }
}
