import test from 'ava'
import {GatewayError} from '../../gateway/common/errors.js'
import type {Headers} from '../../gateway/http/headers.js'
import type {StreamPolicy} from '../../gateway/pipeline/dispatch-plan.js'
import {quiet, ServiceBody} from '../streams/harness.js'
import {type Deed, exchange, made, plan, textOf} from './fakes.js'

const browser: Headers = ['Accept', 'text/event-stream', 'Sec-Fetch-Mode', 'cors']
const program: Headers = ['Accept', 'text/event-stream']
const page: Headers = ['Accept', 'text/event-stream, text/html', 'Sec-Fetch-Mode', 'navigate']

/** What is refused, how, to whom; the status. */
const refused = test.macro({
  async exec(
    t,
    deed: Deed,
    refuse: StreamPolicy['refuse'],
    headers: Headers,
    status: number,
    kind: 'sse' | 'http' = 'sse',
    method: 'GET' | 'HEAD' | 'POST' = 'GET',
  ) {
    const {dispatch, streams} = made(() => deed, {plan: {...plan, kind, stream: {...quiet, refuse}}, random: () => 0.5})
    const answer = dispatch.dispatch(exchange({headers, method}))
    await answer.catch(() => {})
    const counted = status !== 403 && status !== 401 && (kind === 'sse' || status === 200)
    t.is(streams.figureRecords()[0]?.refusals ?? 0, counted ? 1 : 0)
    if (status !== 200) {
      const error = await t.throwsAsync(answer, {instanceOf: GatewayError})
      t.is(error.status, status)
      return
    }
    const response = await answer
    t.is(response.status, 200)
    t.deepEqual(response.headers.slice(0, 2), ['Content-Type', 'text/event-stream'])
    t.is(await textOf(response.body), 'retry: 3000\n\n')
  },
  title: (_, deed: Deed, refuse: string, headers: Headers, status: number, kind = 'sse', method = 'GET') =>
    `${kind} ${method} ${String(deed)} with ${refuse} and ${headers.join(' ')} is ${status}`,
})

test(refused, 'connect', 'auto', browser, 200)
test(refused, 'timeout-response', 'auto', browser, 200)
test(refused, 'connect', 'auto', browser, 200, 'http')
test(refused, 'connect', 'auto', program, 502)
test(refused, 'connect', 'auto', page, 502)
test(refused, 'connect', 'status', browser, 502)
test(refused, 'connect', 'soft', program, 200)
test(refused, 'connect', 'soft', page, 200)
test(refused, 'connect', 'soft', page, 502, 'http')
test(refused, 'connect', 'soft', browser, 502, 'sse', 'POST')
test(refused, new GatewayError(403, 'no', 'no'), 'soft', browser, 403)
test(refused, new GatewayError(401, 'no', 'no'), 'soft', browser, 401)

for (const [status, isSoft] of [
  [503, true],
  [404, false],
] as const)
  test(`${status} of all URLs, where it counts as their failure, is ${isSoft ? '' : 'not '}refused softly`, async t => {
    const body = new ServiceBody()
    const making = {plan: {...plan, kind: 'sse'}, policy: {maxFailoverAttempts: 1, failoverStatuses: [status]}} as const
    const {dispatch, streams, transport} = made((_, nth) => ({status, ...(nth % 2 === 1 && {body})}), making)
    t.is((await dispatch.dispatch(exchange({headers: browser}))).status, isSoft ? 200 : status)
    t.is(body.discarded, isSoft)
    t.is((await dispatch.dispatch(exchange({headers: program}))).status, status)
    t.is(transport.sent.length, 4)
    const refusals = streams.figureRecords().reduce((sum, each) => sum + each.refusals, 0)
    t.is(refusals, isSoft ? 2 : 0)
  })

test("a service's own status passes", async t => {
  const {dispatch} = made(() => ({status: 503}), {plan: {...plan, kind: 'sse'}})
  t.is((await dispatch.dispatch(exchange({headers: browser}))).status, 503)
})

test('a stream that has no place is refused: before its service is asked, or when it turns out to be one', async t => {
  for (const kind of ['sse', 'http'] as const) {
    const bodies: ServiceBody[] = []
    const script = (): Deed => {
      const body = new ServiceBody()
      bodies.push(body)
      return {headers: ['Content-Type', 'text/event-stream'], body}
    }
    const {dispatch, transport, streams} = made(script, {plan: {...plan, kind, stream: {...quiet, maxStreams: 1}}})
    await dispatch.dispatch(exchange())
    await t.throwsAsync(dispatch.dispatch(exchange()), {code: 'streams-full'})
    t.is(transport.sent.length, kind === 'sse' ? 1 : 2)
    if (kind === 'http') t.true(bodies[1]?.discarded)
    t.is((await dispatch.dispatch(exchange({headers: browser}))).status, 200)
    t.is(
      streams.figureRecords().reduce((sum, {refusals}) => sum + refusals, 0),
      2,
    )
  }
})
