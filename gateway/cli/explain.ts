import {readFileSync} from 'node:fs'
import {Command} from 'commander'
import {systemClock} from '../common/clock.js'
import {GatewayError} from '../common/errors.js'
import {bytesBody, emptyBody} from '../http/body.js'
import {type Headers, valueOf} from '../http/headers.js'
import {explain, type Question} from '../server/explain.js'
import {loadHome} from '../server/files/home.js'
import {newParts} from '../server/live/parts.js'
import {askSecret} from './ask-secret.js'
import {EXIT} from './exit-codes.js'
import {explanationText} from './explain-text.js'
import {fieldOption, headerOption} from './header-option.js'
import {homeOption} from './home-option.js'
import type {MakeCommand} from './main.js'
import {tellFaults} from './tell.js'

interface ExplainOptions {
  readonly home: string
  readonly header: Headers
  readonly user?: string
  readonly inBody?: string
  readonly out: Headers
  readonly body?: string
  readonly type?: string
  readonly json?: boolean
}

/** `gateway explain` */
export const explainCommand: MakeCommand = ended =>
  new Command('explain')
    .description('tell where a request would go and why; nothing is sent')
    .argument('<method>')
    .argument('<url>', 'a whole address, or a path of the gateway such as /gateway/sandbox/…')
    .addOption(headerOption())
    .option('-u, --user <name>', 'who asks, by HTTP Basic; the password is read from standard input')
    .option('--in-body <file>', 'a body of the request, of the Content-Type that -H gives; - is standard input')
    .addOption(fieldOption('--out <field>', 'a header of the response to be explained, "Name: value"'))
    .option('--body <file>', 'a body of the response to be explained; - is standard input')
    .option('--type <type>', 'its Content-Type')
    .option('--json', 'as JSON')
    .addOption(homeOption())
    .action(async (method: string, url: string, options: ExplainOptions) => ended(await run(method, url, options)))

async function run(method: string, url: string, options: ExplainOptions): Promise<number> {
  const {home, json} = options
  const header = [...options.header, ...(await credentialsOf(options))]
  const question = questionOf(method, url, {...options, header})
  if (typeof question === 'string') {
    process.stderr.write(`${question}\n`)
    return EXIT.usage
  }
  const loaded = loadHome(home, process.env)
  const {plan, refused} = loaded
  const quiet = {info() {}, warn() {}, error() {}}
  const parts = newParts(loaded, {clock: systemClock, log: quiet, lookup: undefined})
  try {
    const told = await explain(plan, parts, question)
    process.stdout.write(json ? `${JSON.stringify(told, undefined, 2)}\n` : explanationText(told))
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

/** Who asks. A password in the command line would be in the list of processes. */
async function credentialsOf({user}: ExplainOptions): Promise<Headers> {
  if (user === undefined) return []
  const password = (await askSecret(`password of ${user}`)) ?? ''
  return ['Authorization', `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`]
}

/** What is asked; a text says why it cannot be. */
function questionOf(method: string, url: string, {header, inBody, out, body, type}: ExplainOptions): Question | string {
  const headers = type === undefined ? out : [...out, 'Content-Type', type]
  if (body !== undefined && valueOf(headers, 'content-type') === undefined) return '--body needs --type'
  if (inBody !== undefined && valueOf(header, 'content-type') === undefined)
    return "--in-body needs -H 'Content-Type: …'"
  try {
    return {
      method: method.toUpperCase(),
      url,
      headers: header,
      ...(inBody !== undefined && {body: bodyIn(inBody)}),
      ...(headers.length > 0 && {response: {headers, body: body === undefined ? emptyBody : bodyIn(body)}}),
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error) return error.message
    throw error
  }
}

const bodyIn = (file: string) => bytesBody(readFileSync(file === '-' ? 0 : file))
