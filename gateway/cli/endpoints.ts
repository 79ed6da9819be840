import {Command} from 'commander'
import type {EndpointRecord} from '../admin/control.js'
import {askGateway} from './ask-gateway.js'
import {homeOption} from './home-option.js'
import type {MakeCommand} from './main.js'
import {table} from './tell.js'

interface Options {
  readonly home: string
  readonly json?: boolean
  readonly topology?: string
  readonly service?: string
}

/** `gateway endpoints` */
export const endpointsCommand: MakeCommand = ended =>
  new Command('endpoints')
    .description('print the URLs of the services of a running gateway, and which of them are left out')
    .option('--topology <name>', 'only of this topology')
    .option('--service <role>', 'only of this service role')
    .option('--json', 'as JSON')
    .addOption(homeOption())
    .action(async (options: Options) => ended(await list(options)))

function list({home, json, topology, service}: Options): Promise<number> {
  const query = new URLSearchParams({...(topology && {topology}), ...(service && {service})})
  return askGateway(home, {target: `/endpoints?${query}`}, json ? asJson : asText)
}

const asJson = (content: unknown) => `${JSON.stringify(content, undefined, 2)}\n`

const COLUMNS = ['topology', 'service', 'endpoint', 'state', 'since', 'weight', 'streams', 'cause'] as const

function asText({endpoints}: {readonly endpoints: readonly EndpointRecord[]}): string {
  return table([COLUMNS, ...endpoints.map(each => COLUMNS.map(name => String(each[name]) || '-'))])
}
