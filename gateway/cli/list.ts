import {Argument, Command} from 'commander'
import {printParams} from '../common/print-params.js'
import {printProvider} from '../pipeline/print-provider.js'
import {catalogue} from '../server/catalogue.js'
import {loadHome} from '../server/files/home.js'
import {rewriteFunctions} from '../server/live/rewrite-functions.js'
import {balancingParams, nameParams, stickinessParams} from '../topology/balancing-params.js'
import {haParams, serviceParams} from '../topology/service-params.js'
import {EXIT} from './exit-codes.js'
import {homeOption} from './home-option.js'
import type {MakeCommand} from './main.js'
import {table} from './tell.js'

type Rows = readonly (readonly string[])[]

/** Rows of a table, or text. */
const KINDS: Readonly<Record<string, (home: string) => Rows | string>> = {
  topologies(home) {
    const {plan, refused} = loadHome(home, process.env)
    return [
      ...Object.values(plan.topologies).map(({name, at}) => [name, at.file, 'served']),
      ...Object.keys(refused).map(name => [name, '', `refused: bin/gateway check tells why`]),
    ]
  },
  services: home =>
    loadHome(home, process.env).definitions.map(({service}) => [
      service.role,
      service.name,
      service.version,
      service.at.file,
    ]),
  dispatches: () =>
    Object.entries(catalogue.dispatches).map(([name, {kind, ha, doc}]) => [name, kind, ha ? 'ha' : '', doc]),
  functions: () => [...rewriteFunctions.keys()].map(name => [`{$${name}[…]}`]),
  params: () =>
    Object.entries({
      services: serviceParams,
      HaProvider: haParams,
      both: {...balancingParams, ...stickinessParams, ...nameParams},
    })
      .map(([of, params]) => `## Of ${of}\n\n${printParams(params)}\n`)
      .join('\n'),
  providers: () => catalogue.providers.map(printProvider).join('\n'),
}

/** `gateway list` */
export const listCommand: MakeCommand = ended =>
  new Command('list')
    .description('print what there is of a kind')
    .addArgument(new Argument('<kind>').choices(Object.keys(KINDS)))
    .addOption(homeOption())
    .action((kind: string, {home}: {home: string}) => {
      const found = KINDS[kind]?.(home) ?? []
      process.stdout.write(typeof found === 'string' ? found : table(found))
      ended(EXIT.ok)
    })
