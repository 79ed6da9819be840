import {readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import test from 'ava'

const PROJECT = new URL('../../', import.meta.url)

test('the module map that is read is the one that is held', t => {
  const page = readFileSync(new URL('ARCHITECTURE.md', PROJECT), 'utf8')
  const rows = [...page.matchAll(/^\| `([a-z]+)` \|.*\| ([a-z —]+) \|$/gm)].map(([, folder, allowed]) => [
    folder,
    allowed,
  ])
  const {forbidden} = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
    forbidden: {name: string; comment?: string}[]
  }
  const held = forbidden.flatMap(({comment}) => {
    const [, folder, allowed] = /^gateway\/(\w+) may import from: (.*)$/.exec(comment ?? '') ?? []
    return folder === undefined ? [] : [[folder, allowed === 'no other folder' ? '—' : allowed]]
  })
  t.deepEqual(rows, held)
})
