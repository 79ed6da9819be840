import {type Problem, printProblem, refuses} from '../../common/problem.js'

/** Files that the gateway cannot start with; the message holds every fault, one a line. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.filter(refuses).map(printProblem).join('\n'))
    this.problems = problems
  }
}
