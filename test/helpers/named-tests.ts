import {readFileSync} from 'node:fs'

const PROJECT = new URL('../../../', import.meta.url)
const textOf = (path: string) => readFileSync(new URL(path, PROJECT), 'utf8')

/** Titles of tests, as they stand in their file: text, or a template. */
const TITLE = /(?:^|\s)test(?:\.serial)?\(\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)"|`([^`]*)`)/g

/** A test that a page names: file below `test/`, and its title, of which `…` stands for what differs from case to case. */
const NAMED = /^`([\w/-]+)` › (.+)$/

/** The rows of a page's tables whose last column names tests, `<br>` between several. */
export function rowsOf(page: string): readonly string[] {
  const tables = textOf(page).split(/^\|.*\| test \|\n\|[ |-]*\|\n/m)
  return tables.slice(1).flatMap(table => /^(?:\|.*\n)*/.exec(table)?.[0].trim().split('\n') ?? [])
}

/** What is wrong with the tests that a row names: none, or one that there is not. */
export function missingOf(row: string): readonly string[] {
  const last = / \| ([^|]+) \|$/.exec(row)?.[1] ?? ''
  return last.split('<br>').filter(named => !isThere(named))
}

/** A title in code is that of a case in a table: a piece of the file. */
function isThere(named: string): boolean {
  const [, file = '', title = ''] = NAMED.exec(named) ?? []
  if (file === '') return false
  const source = textOf(`test/${file}.test.ts`)
  const piece = /^`(.*)`$/.exec(title)?.[1]
  return piece === undefined ? titlesOf(source).has(title) : source.includes(piece)
}

function titlesOf(source: string): Set<string> {
  const texts = [...source.matchAll(TITLE)].map(([, plain, quoted, template]) => plain ?? quoted ?? template ?? '')
  return new Set(texts.map(text => text.replace(/\$\{[^}]*\}/g, '…')))
}
