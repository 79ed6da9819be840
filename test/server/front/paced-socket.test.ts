import {once} from 'node:events'
import {type AddressInfo, connect, createServer, type Socket} from 'node:net'
import test, {type ExecutionContext} from 'ava'
import {PacedSocket} from '../../../gateway/server/front/paced-socket.js'
import {testClock} from '../../helpers/clock.js'
import {assertNoLeaks} from '../../helpers/leaks.js'
import {standstill} from '../../helpers/standstill.js'

assertNoLeaks(test)

/** A paced socket, its peer, what was read of it, and works that wait for their turns. */
async function scene(t: ExecutionContext, hold: (socket: Socket) => boolean = () => false) {
  const server = createServer({allowHalfOpen: true}).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection')
  const peer = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = (await accepted) as [Socket]
  const works: (() => void)[] = []
  const read: number[] = []
  const clock = testClock()
  const paced = new PacedSocket(socket, {take: work => works.push(work)}, clock, hold)
  paced.on('data', (piece: Buffer) => read.push(piece.length))
  t.teardown(() => {
    peer.destroy()
    paced.destroy()
    server.close()
  })
  const turn = async () => {
    while (works.length === 0) await new Promise(setImmediate)
    works.shift()?.()
  }
  return {peer, paced, read, works, turn, clock}
}

const total = (read: readonly number[]) => read.reduce((sum, each) => sum + each, 0)

test('bytes come in pieces, each in its turn, and longer ones while they are little work', async t => {
  const {peer, read, works, turn} = await scene(t)
  peer.write(Buffer.alloc(200_000))
  for (let pieces = 1; total(read) < 200_000; pieces++) {
    await turn()
    t.true(read.length <= pieces && works.length <= 1)
  }
  t.is(read[0], 2048)
  t.is(Math.max(...read), 16_384)
})

test('pieces that are much work are short', async t => {
  const {peer, paced, read, turn, clock} = await scene(t)
  paced.on('data', () => clock.turn(1))
  peer.write(Buffer.alloc(20_000))
  while (total(read) < 20_000) await turn()
  t.is(Math.max(...read), 2048)
})

test('nothing comes while a write is under way', async t => {
  const {peer, paced, read, works, turn} = await scene(t)
  peer.pause()
  paced.write(Buffer.alloc(30_000_000))
  peer.write('a')
  for (let i = 0; i < 20; i++) await new Promise(setImmediate)
  t.deepEqual([read, works], [[], []])
  peer.resume()
  await turn()
  t.deepEqual(read, [1])
})

test('an end is told as a close', async t => {
  const {peer, paced} = await scene(t)
  paced.on('end', () => t.fail())
  const closed = once(paced, 'close')
  peer.end()
  await closed
  t.pass()
})

test('what is held is neither ended nor read any more', async t => {
  const held: Socket[] = []
  const {peer, paced, read, works} = await scene(t, socket => held.push(socket) > 0)
  const closed = once(paced, 'close')
  paced.end()
  paced.destroy()
  await closed
  const [socket] = held
  t.teardown(() => socket?.destroy())
  peer.write('a')
  paced.resume()
  await standstill(() => peer.writableLength)
  t.deepEqual([read, works, held.length, socket?.writableEnded, socket?.destroyed], [[], [], 1, false, false])
  t.deepEqual([socket?.listenerCount('data'), socket?.listenerCount('close')], [0, 0])
})
