import {type Problems, refuses} from '../common/problem.js'

/** Scope: one file while it is read. */
export interface Reading {
  readonly problems: Problems
  /** Names of elements without effect here that were told of already. */
  readonly told: Set<string>
}

/** Reads a file by `read`; undefined when it has faults, which are in `problems` then. */
export function unlessFaulty<T>(problems: Problems, read: (reading: Reading) => T): T | undefined {
  const before = problems.all.length
  const descriptor = read({problems, told: new Set()})
  return problems.all.slice(before).some(refuses) ? undefined : descriptor
}
