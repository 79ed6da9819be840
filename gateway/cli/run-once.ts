import {setFlagsFromString} from 'node:v8'

/**
 * Runs work that runs once, such as a start, and tells V8 so: its optimizing compiler rests, which takes longer than it would
 * save (200 ms of a second thread, with 94 definitions), and the young generation stays as small as it began, since what
 * the work leaves behind stays for good and room for garbage would be held ever after (8 to 11 MB). Scope: process, hence
 * not for a library.
 */
export async function runOnce<T>(work: () => Promise<T>): Promise<T> {
  setFlagsFromString('--no-opt')
  setFlagsFromString('--semi-space-growth-factor=1')
  try {
    return await work()
  } finally {
    setFlagsFromString('--opt')
    setFlagsFromString('--semi-space-growth-factor=2') // V8's own
  }
}
