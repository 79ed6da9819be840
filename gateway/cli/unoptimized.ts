import {setFlagsFromString} from 'node:v8'

/**
 * Runs work without V8's optimizing compiler, which is back when the work has ended: what a start
 * runs once is compiled for longer than it runs (200 ms of a second thread, with 94 definitions).
 * Scope: process, hence not for a library.
 */
export async function unoptimized<T>(work: () => Promise<T>): Promise<T> {
  setFlagsFromString('--no-opt')
  try {
    return await work()
  } finally {
    setFlagsFromString('--opt')
  }
}
