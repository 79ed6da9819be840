import type {Problem, ProblemCode} from '../common/problem.js'

/** Warnings that say that something is not served, or not as it was meant. */
const LEAVES_OUT: ReadonlySet<ProblemCode> = new Set([
  'apply-elsewhere',
  'apply-unknown',
  'apply-without-target',
  'definition-without-routes',
  'function-unknown',
  'param-unbound',
  'role-undefined',
  'role-unknown',
  'route-unfit',
  'route-unserved',
  'rule-duplicate',
  'rule-unknown',
  'rule-unusable',
  'step-unavailable',
  'template-invalid',
])

/** What some problems say is left out, each once, as text that stays the same when lines move. */
export function leftOutBy(problems: readonly Problem[]): readonly string[] {
  const lost = problems.filter(({code, severity}) => severity === 'warning' && LEAVES_OUT.has(code))
  return [...new Set(lost.map(({code, message, at}) => `${at.file}: ${code}: ${message}`))]
}

/** Whether more is left out than before. */
export function leavesOutMore(before: readonly string[], now: readonly string[]): boolean {
  return now.some(each => !before.includes(each))
}
