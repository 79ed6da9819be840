import {resolve} from 'node:path'
import {fileURLToPath} from 'node:url'
import {Option} from 'commander'

/** `--home DIR`: the folder that holds `conf/` and `data/`. */
export function homeOption(): Option {
  return new Option('--home <dir>', 'folder that holds conf/ and data/')
    .env('GATEWAY_HOME')
    .default(PROJECT, 'the project')
    .argParser(path => resolve(path))
}

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[/\\]$/, '')
