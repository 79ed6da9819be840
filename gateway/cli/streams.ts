import {Command, InvalidArgumentError} from 'commander'
import type {StreamRecord} from '../streams/stream-record.js'
import {askGateway} from './ask-gateway.js'
import {homeOption} from './home-option.js'
import type {MakeCommand} from './main.js'
import {table} from './tell.js'

interface ListOptions {
  readonly home: string
  readonly json?: boolean
  readonly topology?: string
  readonly service?: string
  readonly user?: string
}

type ShowOptions = Pick<ListOptions, 'home' | 'json'>

/** `gateway streams` */
export const streamsCommand: MakeCommand = ended => {
  const streams = new Command('streams').description('see and end the open event streams of a running gateway')
  streams
    .command('list', {isDefault: true})
    .description('print the open streams')
    .option('--topology <name>', 'only of this topology')
    .option('--service <role>', 'only of this service role')
    .option('--user <name>', 'only of this user')
    .option('--json', 'as JSON')
    .addOption(homeOption())
    .action(async (options: ListOptions) => ended(await list(options)))
  streams
    .command('show')
    .description('print all that is known of one')
    .argument('<id>', 'as list prints it', readId)
    .option('--json', 'as JSON')
    .addOption(homeOption())
    .action(async (id: number, {home, json}: ShowOptions) =>
      ended(await askGateway(home, {target: `/streams/${id}`}, json ? asJson : showText)),
    )
  streams
    .command('end')
    .description('end one: between two events when its client will come back for the rest, else it is broken off')
    .argument('<id>', 'as list prints it', readId)
    .addOption(homeOption())
    .action(async (id: number, {home}: ShowOptions) =>
      ended(await askGateway(home, {method: 'DELETE', target: `/streams/${id}`}, endText)),
    )
  return streams
}

function list({home, json, topology, service, user}: ListOptions): Promise<number> {
  const asked = Object.entries({topology, service, user}).filter(([, value]) => value !== undefined)
  const query = new URLSearchParams(asked as [string, string][])
  return askGateway(home, {target: `/streams?${query}`}, json ? asJson : listText)
}

function readId(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('a stream has a number, which list prints')
  return Number(text)
}

const asJson = (content: unknown) => `${JSON.stringify(content, undefined, 2)}\n`

const COLUMNS = [
  'id',
  'client',
  'version',
  'user',
  'topology',
  'service',
  'endpoint',
  'since',
  'events',
  'bytes',
  'lastEventId',
  'returnable',
  'resumes',
  'state',
] as const

function listText({streams}: {readonly streams: readonly StreamRecord[]}): string {
  const rows = streams.map(stream => COLUMNS.map(name => printed(stream[name])))
  return `${table([COLUMNS, ...rows])}`
}

const showText = (stream: StreamRecord) => table(Object.entries(stream).map(([name, value]) => [name, printed(value)]))

/** What a service or a client chose must not move the terminal. */
const printed = (value: string | number | boolean) => String(value).replace(/\p{Cc}/gu, '�') || '-'

const ENDED = {
  'between-events': 'it ends between two events: its client will come back for the rest',
  'broken-off': 'broken off: its client would not have come back for the rest',
}

const endText = ({ended}: {readonly ended: keyof typeof ENDED}) => `${ENDED[ended]}\n`
