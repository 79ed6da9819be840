import {execFile} from 'node:child_process'
import {promisify} from 'node:util'
import test from 'ava'

const run = promisify(execFile)
const module = new URL('../../gateway/cli/external-memory.js', import.meta.url)

/** Holds 640 MB outside of the heap, and tells how often the whole heap was collected meanwhile. */
const PROGRAM = (first: string) => `
import {PerformanceObserver, constants} from 'node:perf_hooks'
import {setImmediate, setTimeout} from 'node:timers/promises'
import {growExternalMemory} from ${JSON.stringify(module.href)}
${first}
let whole = 0
const count = list => (whole += list.getEntries().filter(({detail}) => detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR).length)
new PerformanceObserver(count).observe({entryTypes: ['gc']})
const held = []
while (held.length < 160) {
  held.push(Buffer.alloc(4 << 20))
  await setTimeout(3)
}
await setImmediate()
console.log(whole)
`

async function collections(first: string): Promise<number> {
  const {stdout, stderr} = await run(process.execPath, ['--input-type=module', '-e', PROGRAM(first)])
  if (stderr !== '') throw new Error(stderr)
  return Number(stdout)
}

const ofNode24 = process.versions.v8.startsWith('13.6.') ? test : test.skip

ofNode24('what is held outside of the heap does not have all of it collected', async t => {
  const [alone, grown] = await Promise.all([collections(''), collections('growExternalMemory()')])
  t.true(alone >= 4, `${alone}`)
  t.true(grown <= alone / 3, `${grown} of ${alone}`)
})

test('no version of Node is told what it does not know', async t => {
  await t.notThrowsAsync(collections('growExternalMemory()'))
})
