import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {type AddressInfo, connect, createServer, type Socket} from 'node:net'
import test from 'ava'
import {systemClock} from '../../gateway/common/clock.js'

/** Keeps the process busy. */
function hold(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}

test('after the process was held up, what has come is read before a timer says that it is late', async t => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [service] = (await accepted) as [Socket]
  t.teardown(() => {
    client.destroy()
    service.destroy()
    server.close()
  })
  const happened: string[] = []
  service.write('first')
  await new Promise<void>(resolve => {
    client.on('data', data => {
      happened.push(String(data))
      if (happened.length > 1) return
      systemClock.after(50, () => {
        happened.push('late')
        resolve()
      })
      service.write('second')
      hold(100)
    })
  })
  t.deepEqual(happened, ['first', 'second', 'late'])
})

test('a timer is cancelled, also while what came is read', async t => {
  let called = false
  const then = () => {
    called = true
  }
  const [first, second] = [systemClock.after(10, then), systemClock.after(20, then)]
  first()
  setTimeout(second, 21)
  hold(400)
  await new Promise(resolve => setTimeout(resolve, 50))
  t.false(called)
})

test('a timer needs nothing else to happen', async t => {
  const clock = new URL('../../gateway/common/clock.js', import.meta.url)
  const program = `import {systemClock} from '${clock}'; setInterval(() => {}, 1e9); systemClock.after(10, () => process.exit(7))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {stdio: 'ignore'})
  t.teardown(() => child.kill('SIGKILL'))
  t.deepEqual(await once(child, 'exit'), [7, null])
})
