import {cutPlain, type RequestUrl} from '../common/request-url.js'
import type {Evaluate} from '../template/expand.js'
import type {TemplateMatch} from '../template/matcher.js'
import {parseLiteral} from '../template/parse.js'
import type {Template} from '../template/template.js'
import {type Rule, rewritingOf} from './compile-rule.js'
import {rewriteDirectly, rewriteToText} from './direct-rule.js'
import {RewriteError} from './rewrite-error.js'
import type {RewriteContext, RewriteFacts, RewriteFunction} from './rewrite-function.js'
import type {RoleRules, RuleSet} from './rule-set.js'
import {type Sealer, TamperedError} from './sealer.js'

/** What a rule made, as text or cut; neither when it applied and left the URL as it was. */
export type Result = {readonly rule: string; readonly text: string | undefined; readonly url: RequestUrl | undefined}

/**
 * Runs a rule by its name, or the one that fits best (undefined, `*`). Undefined: none applies. Throws RewriteError.
 * Source: Knox, `UrlRewriteProcessor`.
 */
export type RunRule = (
  url: RequestUrl | Template | string,
  rule: string | undefined,
  context: RewriteContext,
) => Result | undefined

/** Runs any rule of a set by its name, and without one those of a role in one direction. */
export function ruleRunner(
  {named}: RuleSet,
  rules: RoleRules,
  facts: RewriteFacts,
  functions: ReadonlyMap<string, RewriteFunction>,
  sealer: Sealer,
): RunRule {
  return (given, name, context) => {
    const isNamed = name !== undefined && name !== '*'
    const isText = typeof given === 'string'
    // Who listens hears of every value, also of those that by their look no rule is for.
    if (isText && !isNamed && !context.trace && !rules.mayFit(given)) return undefined
    const url = isText ? (cutPlain(given) ?? parseLiteral(given)) : given
    const match = isNamed ? undefined : rules.best(url)
    const rule = isNamed ? named(name) : match?.value
    if (rule === undefined) {
      context.trace?.({kind: 'no rule'})
      return undefined
    }
    const evaluate = evaluator(functions, context, facts)
    return tried(rule, url, {isText, match, evaluate, sealer, trace: context.trace})
  }
}

/** What a rule is run with; `isText`: so is what it makes; `match`: it was found by its pattern. */
interface Running extends Pick<RewriteContext, 'trace'> {
  readonly isText: boolean
  readonly match: TemplateMatch<Rule> | undefined
  readonly evaluate: Evaluate
  readonly sealer: Sealer
}

function tried(rule: Rule, url: RequestUrl | Template, running: Running): Result | undefined {
  const {trace} = running
  try {
    const result = directResult(rule, url, running) ?? generalResult(rule, url, running)
    trace?.({kind: 'rule', rule: rule.name, at: rule.at, outcome: result ? 'used' : 'no match'})
    return result || undefined
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    trace?.({kind: 'rule', rule: rule.name, at: rule.at, outcome: 'failed', why: error.message})
    throw new RewriteError(rule.name, error.message, error, error instanceof TamperedError ? 400 : 500)
  }
}

/** False: it does not apply. Undefined: the general way must tell. */
function directResult(
  {name, direct}: Rule,
  url: RequestUrl | Template,
  {isText, evaluate}: Running,
): Result | false | undefined {
  if (direct === undefined || 'text' in url) return undefined
  if (isText) {
    const text = rewriteToText(direct, url, evaluate)
    return typeof text === 'string' ? {rule: name, text, url: undefined} : text
  }
  const made = rewriteDirectly(direct, url, evaluate)
  return made && {rule: name, text: undefined, url: made}
}

function generalResult(rule: Rule, url: RequestUrl | Template, {match, evaluate, sealer}: Running): Result | false {
  const rewriting = rewritingOf(url, evaluate, sealer)
  return rule.run(rewriting, match?.params) && {rule: rule.name, text: rewriting.text, url: undefined}
}

function evaluator(
  functions: ReadonlyMap<string, RewriteFunction>,
  context: RewriteContext,
  facts: RewriteFacts,
): Evaluate {
  return (name, args) => {
    const called = functions.get(name)
    const values = called?.evaluate(args, context, facts) ?? []
    context.trace?.({kind: 'function', name: called?.name ?? name, args, values})
    return values
  }
}

/** No address has a line break behind a `#`; a text of a page may, where that begins a reference such as `&#9662;`. */
const BROKEN_FRAGMENT = /#.*[\n\r\u0085\u2028\u2029]/

/** Rewrites an address that stands in a header or body; undefined: it stays. A fragment at which its rule does not look is kept. Throws RewriteError. */
export function rewriteAddress(
  run: RunRule,
  text: string,
  rule: string | undefined,
  context: RewriteContext,
): string | undefined {
  const mark = text.indexOf('#')
  if (mark === 0 || (mark > 0 && BROKEN_FRAGMENT.test(text))) return undefined
  const made = run(text, rule, context)?.text
  if (made === undefined || mark < 0 || made.includes('#')) return made
  const bare = run(text.slice(0, mark), rule, context)?.text
  return bare === made ? made + text.slice(mark) : made
}
