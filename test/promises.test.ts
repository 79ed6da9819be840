import {readFileSync} from 'node:fs'
import test from 'ava'

const PROJECT = new URL('../../', import.meta.url)

/** A row of the table of promises: file below `test/`, and a title, of which `…` stands for what differs from case to case. */
const ROW = /^\| .+ \| `([\w/-]+)` › (.+) \|$/gm

/** Titles of tests, as they stand in their file: text, or a template. */
const TITLE = /(?:^|\s)test(?:\.serial)?\(\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)"|`([^`]*)`)/g

function titlesOf(file: string): Set<string> {
  const source = readFileSync(new URL(`test/${file}.test.ts`, PROJECT), 'utf8')
  const texts = [...source.matchAll(TITLE)].map(([, plain, quoted, template]) => plain ?? quoted ?? template ?? '')
  return new Set(texts.map(text => text.replace(/\$\{[^}]*\}/g, '…')))
}

test('each promise of docs/streams.md names a test that there is', t => {
  const page = readFileSync(new URL('docs/streams.md', PROJECT), 'utf8')
  const [, table = ''] = page.split('| promise | test |\n| --- | --- |\n')
  const rows = [...table.matchAll(ROW)]
  t.is(rows.length, table.match(/^\|/gm)?.length ?? 0)
  for (const [, file = '', title = ''] of rows)
    t.true(titlesOf(file).has(title), `test/${file}.test.ts has no test “${title}”: ${[...titlesOf(file)].join(' | ')}`)
})
