// Loaded into a gateway: looks once a millisecond how late its event loop is, less the time for which other processes had the
// processor that it was ready to use (sched-stats, `schedstat`). So a busy machine does not count, and what the gateway waits
// for itself does. Tells on every message how it was since the last.
import {readFileSync} from 'node:fs'

const PERIOD = 1

const kept = () => Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[1]) / 1e6

let late = []

function look(before, keptBefore) {
  const seen = () => {
    const [now, keptNow] = [performance.now(), kept()]
    late.push(Math.max(0, now - before - PERIOD - (keptNow - keptBefore)))
    look(now, keptNow)
  }
  setTimeout(seen, PERIOD).unref()
}
look(performance.now(), kept())

process.on('message', () => {
  const sorted = late.sort((a, b) => a - b)
  const at = share => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1)
  process.send(`median ${at(0.5)} ms, 99 of 100 below ${at(0.99)} ms, longest ${at(1)} ms`)
  late = []
})
