// Loaded into a gateway: looks once a millisecond how late its event loop is, less the time for which other processes had the
// processor that it was ready to use (sched-stats, `schedstat`). So a busy machine does not count, and what the gateway waits
// for itself does. Tells on every message how it was since the last.
import {readFileSync} from 'node:fs'
import {createHistogram} from 'node:perf_hooks'

const PERIOD = 1

const kept = () => Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[1]) / 1e6

/** Microseconds, and one more: a histogram has no 0. */
const late = createHistogram()

function look(before, keptBefore) {
  const seen = () => {
    const [now, keptNow] = [performance.now(), kept()]
    const own = now - before - PERIOD - (keptNow - keptBefore)
    late.record(Math.round(Math.max(0, own) * 1000) + 1)
    look(now, keptNow)
  }
  setTimeout(seen, PERIOD).unref()
}
look(performance.now(), kept())

process.on('message', () => {
  const ms = microseconds => ((microseconds - 1) / 1000).toFixed(1)
  const [median, p99] = [50, 99].map(percent => ms(late.percentile(percent)))
  process.send(`median ${median} ms, 99 of 100 below ${p99} ms, longest ${ms(late.max)} ms`)
  late.reset()
})
