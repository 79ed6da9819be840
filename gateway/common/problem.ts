import type {ProblemCode} from './problem-codes.js'

/** Where in a file something stands. Lines and columns count from 1; columns count UTF-16 units. */
export interface SourceLocation {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** A `fault` refuses the file (and the topologies that need it); a `warning` is told and lived with. */
export type Severity = 'fault' | 'warning'

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
  warning(code: ProblemCode, at: SourceLocation, message: string): void
  readonly all: readonly Problem[]
  readonly faulty: boolean
}

/** A new, empty collection. */
export function problems(): Problems {
  const all: Problem[] = []
  const add = (severity: Severity) => (code: ProblemCode, at: SourceLocation, message: string) => {
    all.push({severity, code, message, at})
  }
  return {
    fault: add('fault'),
    warning: add('warning'),
    all,
    get faulty() {
      return all.some(problem => problem.severity === 'fault')
    },
  }
}

/** `file:line:column: code: message`, with `warning: ` before the code of a warning. */
export function printProblem({severity, code, message, at}: Problem): string {
  const kind = severity === 'warning' ? 'warning: ' : ''
  return `${at.file}:${at.line}:${at.column}: ${kind}${code}: ${message}`
}
