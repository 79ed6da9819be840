import {existsSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import test from 'ava'
import {printProblem} from '../../gateway/common/problem.js'
import {loadHome} from '../../gateway/server/files/home.js'

const CASES = fileURLToPath(new URL('../../../test/golden/', import.meta.url))
const {UPDATE_GOLDEN} = process.env

/** Compares with a file beside the case; undefined: there must be none. `UPDATE_GOLDEN=1` rewrites it. */
function expected(file: string, text: string | undefined): string | undefined {
  if (UPDATE_GOLDEN === '1') {
    if (text === undefined) rmSync(file, {force: true})
    else writeFileSync(file, text)
  }
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/** A digest covers the settings too, and would change with each new one. */
const withoutDigest = (name: string, value: unknown) => (name === 'digest' ? undefined : value)

const isAsRecorded = test.macro({
  exec(t, name: string) {
    const {plan, problems} = loadHome(`${CASES}${name}`, {})
    const printed = Object.keys(plan.topologies).length > 0 ? `${JSON.stringify(plan, withoutDigest, 2)}\n` : undefined
    const told = problems.length > 0 ? `${problems.map(printProblem).join('\n')}\n` : undefined
    t.is(printed, expected(`${CASES}${name}/plan.json`, printed))
    t.is(told, expected(`${CASES}${name}/problems.txt`, told))
  },
  title: (_, name) => `the plan of ${name} is as recorded`,
})

for (const entry of readdirSync(CASES, {withFileTypes: true}))
  if (entry.isDirectory() && existsSync(`${CASES}${entry.name}/conf`)) test(isAsRecorded, entry.name)
