// A process with nothing to do, which tells on every message how late its event loop was since the last: what the machine itself makes of it.
import {monitorEventLoopDelay} from 'node:perf_hooks'

/** As the gateway looks at its own. */
const RESOLUTION = 20

const delay = monitorEventLoopDelay({resolution: RESOLUTION})
const late = nanoseconds => Math.max(0, nanoseconds / 1e6 - RESOLUTION).toFixed(1)
delay.enable()

process.on('message', () => {
  const [median, p99] = [50, 99].map(percent => late(delay.percentile(percent)))
  process.send(`median ${median} ms, 99 of 100 below ${p99} ms, longest ${late(delay.max)} ms`)
  delay.reset()
})
