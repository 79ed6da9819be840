import {Duplex} from 'node:stream'
import test from 'ava'
import {createUpgrade} from '../../gateway/dispatch/dispatch.js'
import {endpointPool} from '../../gateway/ha/endpoint-pool.js'
import {emptyBody} from '../../gateway/http/body.js'
import {valueOf} from '../../gateway/http/headers.js'
import {EndpointError} from '../../gateway/pipeline/endpoint-error.js'
import type {ServiceRequest} from '../../gateway/pipeline/transport.js'
import {OpenStreams} from '../../gateway/streams/open-streams.js'
import {testClock} from '../helpers/clock.js'
import {exchange, failover, plan} from './fakes.js'

function upgrading(answer: (nth: number) => number | EndpointError) {
  const sent: ServiceRequest[] = []
  const transport = {
    async upgrade(request: ServiceRequest) {
      sent.push(request)
      const outcome = answer(sent.length - 1)
      if (typeof outcome === 'number')
        return {status: outcome, headers: ['Keep', '1', 'WWW-Authenticate', 'x'], body: emptyBody}
      throw outcome
    },
  }
  const pool = endpointPool(['http://h1:1', 'http://h2:2'], failover)
  const clock = testClock()
  const upgrade = createUpgrade({plan, pool, clock, whitelist: undefined}, transport, new OpenStreams(clock))
  const socket = new Duplex({read() {}})
  return {sent, run: (asked = exchange()) => upgrade(asked, {socket, head: Buffer.of()})}
}

test('an upgrade goes where a request would go, with its fields, and so does the answer', async t => {
  const {sent, run} = upgrading(() => 101)
  const asked = exchange({path: '/ws?a', headers: ['Sec-WebSocket-Key', 'k', 'Authorization', 'x']})
  t.is((await run(asked)).status, 101)
  t.is(sent[0]?.url.host, 'h1')
  t.is(valueOf(sent[0]?.headers ?? [], 'sec-websocket-key'), 'k')
  t.is(valueOf(sent[0]?.headers ?? [], 'authorization'), undefined)
  t.is(valueOf(sent[0]?.headers ?? [], 'host'), 'h1:1')
  t.is(asked.notes.endpoint, 'http://h1:1')
})

test('an upgrade whose endpoint refuses goes to the next', async t => {
  const {sent, run} = upgrading(nth => (nth === 0 ? new EndpointError('connect', 'h1') : 403))
  t.like(await run(), {status: 403, headers: ['Keep', '1']})
  t.deepEqual(
    sent.map(({url}) => url.host),
    ['h1', 'h2'],
  )
})

test('an upgrade that no endpoint takes is an EndpointError', async t => {
  const {run} = upgrading(() => new EndpointError('connect', 'h'))
  await t.throwsAsync(run(), {instanceOf: EndpointError})
})
