import {randomBytes} from 'node:crypto'

const ofProcess = randomBytes(8).toString('hex')
let count = 0

/**
 * The id of a request that brings none: one drawn by chance for the process, and a number (scope: process).
 * A random one for each request would cost ten times as much.
 */
export function newRequestId(): string {
  count++
  return `${ofProcess}-${count.toString(36)}`
}
