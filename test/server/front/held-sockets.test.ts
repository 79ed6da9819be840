import {once} from 'node:events'
import {type AddressInfo, connect, createServer, type Socket} from 'node:net'
import test, {type ExecutionContext} from 'ava'
import {HeldSockets} from '../../../gateway/server/front/held-sockets.js'
import {testClock} from '../../helpers/clock.js'
import {assertNoLeaks} from '../../helpers/leaks.js'

assertNoLeaks(test)

const HOLD_MS = 10_000
const MOST = 256

/** Holds so many accepted sockets, each of a client that has more to say. */
async function scene(t: ExecutionContext, count: number) {
  const clock = testClock()
  const held = new HeldSockets(clock)
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const clients: Socket[] = []
  const sockets: Socket[] = []
  t.teardown(() => {
    for (const each of [...clients, ...sockets]) each.destroy()
    server.close()
  })
  const add = async () => {
    const accepted = once(server, 'connection')
    clients.push(connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {}))
    const [socket] = (await accepted) as [Socket]
    sockets.push(socket.on('error', () => {}))
    return held.take(socket, HOLD_MS)
  }
  for (let i = 0; i < count; i++) t.true(await add())
  const open = () => sockets.filter(each => !each.destroyed).length
  return {clock, held, clients, sockets, open, add}
}

test('a socket is held for its time, and nothing of it is given to anybody', async t => {
  const {clock, clients, sockets, open} = await scene(t, 1)
  clients[0]?.write(Buffer.alloc(1_000_000))
  clock.turn(HOLD_MS - 1)
  t.deepEqual([open(), sockets[0]?.isPaused()], [1, true])
  const closed = new Promise(resolve => clients[0]?.once('close', resolve))
  clock.turn(1)
  await closed
  t.deepEqual([open(), clock.pending], [0, 0])
})

test('no more are held than 256: the oldest goes first', async t => {
  const {sockets, open, add, clock} = await scene(t, MOST)
  t.is(open(), MOST)
  await add()
  t.deepEqual([sockets[0]?.destroyed, sockets[1]?.destroyed, open()], [true, false, MOST])
  clock.turn(HOLD_MS)
  t.is(open(), 0)
})

test('one that is gone is forgotten', async t => {
  const {sockets, clock} = await scene(t, 1)
  const socket = sockets[0] as Socket
  await once(socket.destroy(), 'close')
  t.is(clock.pending, 0)
})

test('once it has stopped, none is held', async t => {
  const {held, open, add, sockets} = await scene(t, 3)
  held.stop()
  t.is(open(), 0)
  t.false(await add())
  t.false(sockets[3]?.destroyed)
})
