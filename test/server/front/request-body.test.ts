import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import test, {type ExecutionContext} from 'ava'
import type {Sink} from '../../../gateway/http/body.js'
import {type BodyLimits, clientBody} from '../../../gateway/server/front/request-body.js'
import {testClock} from '../../helpers/clock.js'
import {assertNoLeaks} from '../../helpers/leaks.js'
import {type RawClient, rawClient} from '../../helpers/raw-client.js'

assertNoLeaks(test)

const LIMITS: BodyLimits = {body: 0, bodySilence: 30_000, bodyRate: 0}

/** What the other side of a body sees of it, and a way to hold it up. */
interface Taken {
  readonly client: RawClient
  /** Resolves when so many bytes came. */
  bytes(count: number): Promise<void>
  /** Resolves when it is over: undefined, or why it is not whole. */
  readonly over: Promise<Error | undefined>
  /** From the next chunk on nothing more is taken. */
  hold(): void
  /** Everything is taken again. */
  letGo(): void
}

/** Sends the head of a request with a body and takes the body as a service would. */
async function taken(t: ExecutionContext, limits: BodyLimits, clock = testClock()): Promise<Taken> {
  const state = {bytes: 0, held: false, look: () => {}, again: () => {}, ended: (_error?: Error) => {}}
  const over = new Promise<Error | undefined>(resolve => {
    state.ended = resolve
  })
  const sink: Sink = {
    write(chunk) {
      state.bytes += chunk.length
      state.look()
      return !state.held
    },
    drained(again) {
      state.again = again
    },
    end: () => state.ended(),
    fail: error => state.ended(error),
  }
  const server = createServer(req =>
    clientBody({bytes: req, complete: () => req.complete, wanted() {}, ended: then => then()}, limits, clock).flow(
      sink,
    ),
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const client = await rawClient((server.address() as AddressInfo).port)
  t.teardown(() => {
    client.socket.destroy()
    server.closeAllConnections()
    server.close()
  })
  await client.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n')
  return {
    client,
    over,
    bytes: count =>
      new Promise(resolve => {
        state.look = () => state.bytes >= count && resolve()
        state.look()
      }),
    hold() {
      state.held = true
    },
    letGo() {
      state.held = false
      state.again()
    },
  }
}

test('a slow service is not the client’s silence', async t => {
  const clock = testClock()
  const {client, bytes, over, hold, letGo} = await taken(t, LIMITS, clock)
  hold()
  await client.send('a')
  await bytes(1)
  clock.turn(100_000)
  letGo()
  clock.turn(20_000)
  await client.send('b'.repeat(99))
  t.is(await over, undefined)
})

test('a client is silent when it sends nothing for too long', async t => {
  const clock = testClock()
  const {client, bytes, over} = await taken(t, LIMITS, clock)
  for (const count of [1, 2, 3]) {
    await client.send('a')
    await bytes(count)
    clock.turn(20_000)
  }
  clock.turn(10_000)
  t.like(await over, {status: 408, code: 'request-timeout'})
})

test('a client that sends a byte now and then is too slow', async t => {
  const clock = testClock()
  const {client, bytes, over, hold, letGo} = await taken(t, {...LIMITS, bodyRate: 10}, clock)
  await client.send('a'.repeat(20))
  await bytes(20)
  clock.turn(20_000)
  hold()
  await client.send('a')
  await bytes(21)
  clock.turn(100_000)
  letGo()
  clock.turn(12_000)
  await client.send('a')
  await bytes(22)
  clock.turn(18_000)
  t.like(await over, {status: 408, code: 'request-timeout'})
})

test('a client that keeps up the rate may take as long as it wants', async t => {
  const clock = testClock()
  const {client, bytes, over} = await taken(t, {...LIMITS, bodyRate: 1}, clock)
  for (const count of [25, 50, 75, 100]) {
    clock.turn(25_000)
    await client.send('a'.repeat(25))
    await bytes(count)
  }
  t.is(await over, undefined)
})
