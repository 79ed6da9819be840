import {existsSync, mkdirSync, readFileSync, renameSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {fileOutput} from '../../gateway/server/file-output.js'
import {temporaryHome} from '../helpers/home.js'
import {assertNoLeaks} from '../helpers/leaks.js'

assertNoLeaks(test)

function telling() {
  const told: string[] = []
  const tell = (message: string, fields?: object) => told.push(`${message} ${JSON.stringify(fields)}`)
  return {told, log: {info: tell, warn: tell, error: tell}}
}

test('text is appended in its order, and a file that is moved away is made anew', async t => {
  const path = join(temporaryHome(t, {}), 'access.log')
  const {told, log} = telling()
  const output = fileOutput(path, log)
  for (let n = 0; n < 100; n++) output.write(`${n}\n`)
  await output.close()
  t.is(readFileSync(path, 'utf8'), Array.from({length: 100}, (_, n) => `${n}\n`).join(''))
  renameSync(path, `${path}.1`)
  output.write('new\n')
  await output.close()
  t.is(readFileSync(path, 'utf8'), 'new\n')
  t.deepEqual(told, [])
})

test('what cannot be written is lost and told once, until it can be written', async t => {
  const folder = join(temporaryHome(t, {}), 'logs')
  const path = join(folder, 'access.log')
  const {told, log} = telling()
  const output = fileOutput(path, log)
  for (const text of ['lost\n', 'lost too\n']) {
    output.write(text)
    await output.close()
  }
  t.is(told.length, 1)
  t.regex(told[0] ?? '', /the access log cannot be written.*ENOENT/)
  mkdirSync(folder)
  output.write('kept\n')
  await output.close()
  t.is(readFileSync(path, 'utf8'), 'kept\n')
  t.regex(told[1] ?? '', /written again .*"lost":14/)
  rmSync(folder, {recursive: true})
  output.write('lost\n')
  await output.close()
  t.is(told.length, 3)
})

test('a full disk loses lines', async t => {
  if (!existsSync('/dev/full')) {
    t.pass('skipped: there is no /dev/full')
    return
  }
  const {told, log} = telling()
  const output = fileOutput('/dev/full', log)
  output.write('lost\n')
  await output.close()
  t.regex(told.join(), /ENOSPC/)
})
