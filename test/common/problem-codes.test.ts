import {readFileSync, writeFileSync} from 'node:fs'
import test from 'ava'
import {PROBLEM_CODES, type ProblemDoc, type ProblemKind} from '../../gateway/common/problem-codes.js'

const PAGE = new URL('../../../docs/problems.md', import.meta.url)

const TITLES: Readonly<Record<ProblemKind, string>> = {
  xml: 'XML',
  descriptor: 'Elements and attributes',
  definition: 'Service definitions',
  topology: 'Topologies',
  settings: 'Settings',
}

function section([kind, title]: readonly [string, string]): string {
  const docs: readonly (readonly [string, ProblemDoc])[] = Object.entries(PROBLEM_CODES)
  const rows = docs
    .filter(([, doc]) => doc.kind === kind)
    .map(([code, {means, mend}]) => `| \`${code}\` | ${means} | ${mend} |`)
  return `## ${title}\n\n| code | means | what to do |\n| --- | --- | --- |\n${rows.join('\n')}\n`
}

const TEXT = `# Problems

What \`bin/gateway check\` and a start tell of a configuration, one line each: \`file:line:column: code: message\`. A fault refuses
the file, and the topologies that need it. What a \`consequence:\` is about is refused too, for a fault that is told elsewhere,
and mended with it. A \`warning:\` before the code is told and lived with. Codes do not change.

${Object.entries(TITLES).map(section).join('\n')}`

test('docs/problems.md says what the table says', t => {
  const {UPDATE_DOCS} = process.env
  if (UPDATE_DOCS === '1') writeFileSync(PAGE, TEXT)
  t.is(readFileSync(PAGE, 'utf8'), TEXT, 'docs/problems.md is old: run the tests with UPDATE_DOCS=1')
})
