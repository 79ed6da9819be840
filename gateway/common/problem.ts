import type {ProblemCode} from './problem-codes.js'

export type {ProblemCode} from './problem-codes.js'

/** Where in a file something stands. Lines and columns count from 1; columns count UTF-16 units. */
export interface SourceLocation {
  readonly file: string
  readonly line: number
  readonly column: number
}

/**
 * A `fault` refuses the file (and the topologies that need it); a `consequence` refuses likewise, what stands there, for a
 * fault that is told elsewhere; a `warning` is told and lived with.
 */
export type Severity = 'fault' | 'consequence' | 'warning'

/** One mistake in a configuration. `code` is stable and explained in `docs/problems.md`. */
export interface Problem {
  readonly severity: Severity
  readonly code: ProblemCode
  readonly message: string
  readonly at: SourceLocation
}

/** Collects problems, so that people can mend a configuration in one go. */
export interface Problems {
  fault(code: ProblemCode, at: SourceLocation, message: string): void
  consequence(code: ProblemCode, at: SourceLocation, message: string): void
  warning(code: ProblemCode, at: SourceLocation, message: string): void
  readonly all: readonly Problem[]
  /** Something is refused. */
  readonly faulty: boolean
}

/** Problems of one severity that are told of one file. */
export const MOST_PROBLEMS = 100

/** A new, empty collection. Of a file that has nothing right in it only the first problems are kept, and how many more there are. */
export function problems(): Problems {
  const kept: Problem[] = []
  const more = new Map<string, {readonly first: Problem; count: number}>()
  const counts: Record<Severity, Map<string, number>> = {fault: new Map(), consequence: new Map(), warning: new Map()}
  const add = (severity: Severity) => (code: ProblemCode, at: SourceLocation, message: string) => {
    const count = (counts[severity].get(at.file) ?? 0) + 1
    counts[severity].set(at.file, count)
    const problem = {severity, code, message, at}
    if (count <= MOST_PROBLEMS || code === 'problems-more') kept.push(problem)
    else countMore(more, problem)
  }
  return {
    fault: add('fault'),
    consequence: add('consequence'),
    warning: add('warning'),
    get all() {
      return [...kept, ...[...more.values()].map(noteOf)]
    },
    get faulty() {
      return counts.fault.size + counts.consequence.size > 0
    },
  }
}

function countMore(more: Map<string, {readonly first: Problem; count: number}>, problem: Problem): void {
  const key = `${problem.severity} ${problem.at.file}`
  const known = more.get(key)
  if (known === undefined) more.set(key, {first: problem, count: 1})
  else known.count += 1
}

const noteOf = ({first: {severity, at}, count}: {readonly first: Problem; count: number}): Problem => ({
  severity,
  code: 'problems-more',
  message: `${count} more ${severity}s of this file are not told`,
  at,
})

/** Whether what a problem is about is not served. */
export const refuses = ({severity}: Problem): boolean => severity !== 'warning'

/** `file:line:column: code: message`, with the severity before the code where it is not a fault. */
export function printProblem({severity, code, message, at}: Problem): string {
  const kind = severity === 'fault' ? '' : `${severity}: `
  return `${at.file}:${at.line}:${at.column}: ${kind}${code}: ${message}`
}
