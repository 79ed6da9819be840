import test from 'ava'
import {goneSource} from '../../gateway/pipeline/gone.js'
import {Admission} from '../../gateway/streams/admission.js'

const A = 'http://a'

interface Asked {
  resolve(answer: string): void
  reject(error: Error): void
}

/** Streams that ask an endpoint, answered round by round. */
function asking(count: number) {
  const admission = new Admission()
  const asked: Asked[] = []
  const gone = Array.from({length: count}, () => goneSource())
  const results = gone.map(each =>
    admission.run(A, each, () => new Promise<string>((resolve, reject) => asked.push({resolve, reject}))),
  )
  const settled = () => new Promise<void>(resolve => setImmediate(resolve))
  return {admission, asked, gone, results, settled}
}

test('an endpoint that answers is asked by more and more at a time', async t => {
  const {asked, results, settled} = asking(1000)
  const rounds: number[] = []
  while (asked.length > 0) {
    const round = asked.splice(0)
    rounds.push(round.length)
    for (const {resolve} of round) resolve('yes')
    await settled()
  }
  t.deepEqual(rounds, [32, 64, 128, 256, 256, 256, 8])
  t.is((await Promise.all(results)).length, 1000)
})

test('once it fails one, those that wait are refused; those that have asked are not', async t => {
  const {admission, asked, results, settled} = asking(40)
  const outcomes = Promise.allSettled(results)
  asked[0]?.reject(new Error('down'))
  await settled()
  t.is(asked.length, 32)
  for (const {resolve} of asked.slice(1)) resolve('yes')
  const failed = (await outcomes).filter(({status}) => status === 'rejected')
  t.is(failed.length, 1 + 8)
  t.is(await admission.run(A, goneSource(), async () => 'again'), 'again')
})

test('a client that left while it waited asks nobody', async t => {
  const {asked, gone, results, settled} = asking(33)
  gone[32]?.set()
  await t.throwsAsync(results[32] ?? Promise.resolve('none'))
  for (const {resolve} of asked) resolve('yes')
  await settled()
  t.is(asked.length, 32)
})
