import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {request} from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import test, {type ExecutionContext} from 'ava'
import {ControlError, controlPath, listenControl} from '../../gateway/admin/control-socket.js'
import {assertNoLeaks} from '../helpers/leaks.js'

assertNoLeaks(test)

/** A folder of the test's own, which only its owner can enter. */
function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'control-'))
  t.teardown(() => rmSync(path, {recursive: true, force: true}))
  return path
}

const echo = (method: string, target: string) => ({status: 200, content: {method, target}})

function ask(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({socketPath: path, path: '/a?b', agent: false}, response => {
      let text = ''
      response.on('data', (part: Buffer) => {
        text += part.toString()
      })
      response.on('end', () => resolve(text))
    })
    asked.on('error', reject)
    asked.end()
  })
}

const modeOf = (path: string) => statSync(path).mode & 0o777

test('only its owner can reach it, and nothing is left of it', async t => {
  const path = join(folder(t), 'a/b/control.sock')
  const socket = await listenControl(path, echo)
  t.is(modeOf(path), 0o600)
  t.is(modeOf(join(path, '..')), 0o700)
  t.is(modeOf(join(path, '../..')), 0o700)
  t.deepEqual(JSON.parse(await ask(path)), {method: 'GET', target: '/a?b'})
  await socket.close()
  t.false(existsSync(path))
})

test('one that a dead process left is replaced', async t => {
  const path = join(folder(t), 'control.sock')
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
  const [, signal] = (await once(spawn(process.execPath, ['-e', script]), 'close')) as [number, string]
  t.is(signal, 'SIGKILL')
  t.true(existsSync(path))
  const socket = await listenControl(path, echo)
  t.true((await ask(path)).includes('/a?b'))
  await socket.close()
})

test('one that a process has which runs is left to it', async t => {
  const path = join(folder(t), 'control.sock')
  const socket = await listenControl(path, echo)
  const error = await t.throwsAsync(listenControl(path, echo), {instanceOf: ControlError, message: /another gateway/})
  t.true(error.taken)
  t.true((await ask(path)).includes('/a?b'))
  await socket.close()
})

test('a file is not taken for a socket', async t => {
  const path = join(folder(t), 'control.sock')
  writeFileSync(path, 'mine')
  await t.throwsAsync(listenControl(path, echo), {instanceOf: ControlError, message: /is no socket/})
  t.true(existsSync(path))
})

test('a folder that others may enter is not used, nor changed', async t => {
  await t.throwsAsync(listenControl(join(tmpdir(), 'gateway-control.sock'), echo), {
    instanceOf: ControlError,
    message: /open to others: .*0700/,
  })
  t.false(existsSync(join(tmpdir(), 'gateway-control.sock')))
})

test('a folder that cannot be made is told', async t => {
  const home = folder(t)
  writeFileSync(join(home, 'run'), '')
  await t.throwsAsync(listenControl(join(home, 'run/control.sock'), echo), {
    instanceOf: ControlError,
    message: /no control socket at .*run\/control\.sock: /,
  })
})

test('a path that is too long for a socket is told with its length', t => {
  t.is(controlPath('/home', 'run/c.sock'), '/home/run/c.sock')
  t.is(controlPath('/home', '/run/c.sock'), '/run/c.sock')
  t.is(controlPath('/', 'x'.repeat(102)).length, 103)
  t.throws(() => controlPath('/', 'x'.repeat(103)), {
    instanceOf: ControlError,
    message: /has 104 bytes, a socket's may have 103: .*gateway\.control\.socket/,
  })
})
