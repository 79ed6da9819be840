import {setFlagsFromString} from 'node:v8'

/**
 * Bounds regular expressions of definitions for texts that were made to be slow: after 50,000 steps back V8 goes on with its
 * other engine, whose time grows with the text and not faster. Holds for expressions compiled from now on. Scope: process.
 */
export function boundPatterns(): void {
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
}
