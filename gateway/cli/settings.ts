import {Command} from 'commander'
import {printValue} from '../common/print-params.js'
import {loadHome} from '../server/files/home.js'
import {type SettingName, settings} from '../site/settings.js'
import {EXIT} from './exit-codes.js'
import {homeOption} from './home-option.js'
import type {MakeCommand} from './main.js'
import {table, tellFaults} from './tell.js'

/** `gateway settings` */
export const settingsCommand: MakeCommand = ended =>
  new Command('settings')
    .description('print each setting, its value and where it came from')
    .addOption(homeOption())
    .option('--json', 'as JSON')
    .action((options: {home: string; json?: boolean}) => ended(printSettings(options.home, options.json === true)))

function printSettings(home: string, json: boolean): number {
  const {site, problems, siteFaulty} = loadHome(home, process.env)
  const names = Object.keys(settings) as SettingName[]
  if (json) {
    const values = names.map(name => [name, {value: site.settings[name], from: site.origins[name]}])
    process.stdout.write(`${JSON.stringify(Object.fromEntries(values), undefined, 2)}\n`)
  } else {
    const rows = names.map(name => [name, printValue(site.settings[name], settings[name].unit), site.origins[name]])
    process.stdout.write(table(rows))
  }
  if (siteFaulty) tellFaults(problems)
  return siteFaulty ? EXIT.configuration : EXIT.ok
}
