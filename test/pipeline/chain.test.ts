import test from 'ava'
import type {Body} from '../../gateway/http/body.js'
import {runChain} from '../../gateway/pipeline/chain.js'
import type {Exchange, GatewayResponse} from '../../gateway/pipeline/exchange.js'
import type {Dispatch, Filter} from '../../gateway/pipeline/filter.js'

const exchange = {principal: undefined} as unknown as Exchange
const body = (discarded: () => void = () => {}): Body => ({flow: into => into.end(), discard: discarded})
const response = (status: number, discarded?: () => void): GatewayResponse => ({
  status,
  headers: [],
  body: body(discarded),
})
const answer = (error: unknown) => response(error instanceof Error ? Number(error.message) : 500)
const fails = (status: number) => {
  throw new Error(String(status))
}

/** A filter that writes down when it is passed. */
function marks(name: string, steps: string[], more: Partial<Filter> = {}): Filter {
  return {
    name,
    enter(given) {
      steps.push(`${name} in`)
      return more.enter?.(given) ?? given
    },
    leave(given, at) {
      steps.push(`${name} out ${given.status}`)
      return more.leave?.(given, at) ?? given
    },
  }
}

const dispatches = (steps: string[], give: () => GatewayResponse): Dispatch => ({
  dispatch(given) {
    steps.push(`dispatch as ${given.principal?.name}`)
    return Promise.resolve().then(give)
  },
})

test('filters are entered in order and left in reverse, with the changed exchange', async t => {
  const steps: string[] = []
  const names = marks('b', steps, {enter: given => Promise.resolve({...given, principal: {name: 'eve', groups: []}})})
  const {status} = await runChain(
    [marks('a', steps), names],
    dispatches(steps, () => response(200)),
    answer,
    exchange,
  )
  t.is(status, 200)
  t.deepEqual(steps, ['a in', 'b in', 'dispatch as eve', 'b out 200', 'a out 200'])
})

test('a refusal passes the filters already entered, and no other', async t => {
  const steps: string[] = []
  const refuses = marks('b', steps, {enter: () => fails(401)})
  await runChain(
    [marks('a', steps), refuses, marks('c', steps)],
    dispatches(steps, () => response(200)),
    answer,
    exchange,
  )
  t.deepEqual(steps, ['a in', 'b in', 'a out 401'])
})

test('a filter that answers keeps the rest from being asked', async t => {
  const steps: string[] = []
  const answers = marks('b', steps, {enter: () => ({answer: response(204)})})
  const {status} = await runChain(
    [marks('a', steps), answers],
    dispatches(steps, () => response(200)),
    answer,
    exchange,
  )
  t.is(status, 204)
  t.deepEqual(steps, ['a in', 'b in', 'b out 204', 'a out 204'])
})

test('a dispatch that fails is answered, and filters see the answer', async t => {
  const steps: string[] = []
  await runChain(
    [marks('a', steps)],
    dispatches(steps, () => fails(502)),
    answer,
    exchange,
  )
  t.deepEqual(steps, ['a in', 'dispatch as undefined', 'a out 502'])
})

test('a response that a filter fails on lets go of its body', async t => {
  let discarded = 0
  const breaks = marks('a', [], {leave: () => fails(500)})
  const {status} = await runChain(
    [breaks],
    dispatches([], () => response(200, () => discarded++)),
    answer,
    exchange,
  )
  t.is(status, 500)
  t.is(discarded, 1)
})
