// Holds the module map with dependency-cruiser, and makes sure that it saw the sources at all: with
// a compiler it does not know it reports no modules and would pass.
import {readdirSync} from 'node:fs'
import {createRequire} from 'node:module'
import {cruise} from 'dependency-cruiser'
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config'

const config = createRequire(import.meta.url)('../../.dependency-cruiser.cjs')

const options = {...config.options, ruleSet: {forbidden: config.forbidden}, validate: true, outputType: 'err'}
const tsConfig = extractTSConfig(config.options.tsConfig.fileName)

const told = await cruise(['gateway', 'bin'], options, undefined, {tsConfig})
process.stdout.write(told.output)

const {output} = await cruise(['gateway', 'bin'], {...options, outputType: undefined}, undefined, {tsConfig})
const sources = readdirSync('gateway', {recursive: true}).filter(name => name.endsWith('.ts'))
const seen = new Set(output.modules.map(({source}) => source))
const unseen = sources.map(name => `gateway/${name}`).filter(source => !seen.has(source))
const imports = output.modules.reduce((sum, {dependencies}) => sum + dependencies.length, 0)
if (sources.length === 0 || unseen.length > 0 || imports === 0) {
  console.error(
    `direction: ${unseen.length} of ${sources.length} sources were not seen: ${unseen.slice(0, 5).join(' ')}`,
  )
  process.exit(1)
}
process.exit(told.exitCode === 0 ? 0 : 1)
