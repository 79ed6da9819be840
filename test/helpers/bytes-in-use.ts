import {setFlagsFromString} from 'node:v8'
import {runInNewContext} from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes of memory in use once everything unused is thrown away. */
export function bytesInUse(): number {
  // The second ends the sweep of buffers that the first leaves to another thread.
  collect()
  collect()
  const {heapUsed, external} = process.memoryUsage()
  return heapUsed + external
}
