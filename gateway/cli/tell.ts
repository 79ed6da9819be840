import {type Problem, printProblem, refuses} from '../common/problem.js'

/** Prints faults and consequences on stderr, one a line. */
export function tellFaults(problems: readonly Problem[]): void {
  for (const problem of problems) if (refuses(problem)) process.stderr.write(`${printProblem(problem)}\n`)
}

/** Columns that stand under each other. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  return rows
    .map(
      row =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
