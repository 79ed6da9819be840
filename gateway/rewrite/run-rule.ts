import type {RequestUrl} from '../common/request-url.js'
import type {Evaluate} from '../template/expand.js'
import type {Params} from '../template/params.js'
import {parseLiteral} from '../template/parse.js'
import type {Template} from '../template/template.js'
import {type Rewriting, type Rule, rewritingOf} from './compile-rule.js'
import {rewriteDirectly} from './direct-rule.js'
import {RewriteError} from './rewrite-error.js'
import type {RewriteContext, RewriteFacts, RewriteFunction} from './rewrite-function.js'
import type {RuleSet} from './rule-set.js'
import {type Sealer, TamperedError} from './sealer.js'

/** What a rule made, as text or cut; neither when it applied and left the URL as it was. */
export type Result = {readonly rule: string; readonly text: string | undefined; readonly url: RequestUrl | undefined}

/**
 * Runs a rule by its name, or the one that fits best (undefined, `*`) for a service role. Undefined: none applies. Throws RewriteError.
 * Source: Knox, `UrlRewriteProcessor`.
 */
export type RunRule = (
  url: RequestUrl | Template | string,
  role: string,
  rule: string | undefined,
  context: RewriteContext,
) => Result | undefined

/** Runs the rules of a set in one direction. */
export function ruleRunner(
  rules: RuleSet,
  facts: RewriteFacts,
  functions: ReadonlyMap<string, RewriteFunction>,
  sealer: Sealer,
): RunRule {
  return (given, role, name, context) => {
    const isNamed = name !== undefined && name !== '*'
    // Who listens hears of every value, also of those that by their look no rule is for.
    if (typeof given === 'string' && !isNamed && !context.trace && !rules.mayFit(given, facts.direction, role))
      return undefined
    const url = typeof given === 'string' ? parseLiteral(given) : given
    const match = isNamed ? undefined : rules.best(url, facts.direction, role)
    const rule = isNamed ? rules.named(name) : match?.value
    if (rule === undefined) {
      context.trace?.({kind: 'no rule'})
      return undefined
    }
    const rewriting = rewritingOf(url, evaluator(functions, context, facts), sealer)
    return tried(rule, rewriting, url, match?.params, context)
  }
}

function tried(
  rule: Rule,
  rewriting: Rewriting,
  url: RequestUrl | Template,
  params: Params | undefined,
  {trace}: RewriteContext,
): Result | undefined {
  try {
    const direct = 'text' in url ? undefined : rule.direct && rewriteDirectly(rule.direct, url, rewriting.evaluate)
    const applies = direct === undefined ? rule.run(rewriting, params) : direct !== false
    trace?.({kind: 'rule', rule: rule.name, at: rule.at, outcome: applies ? 'used' : 'no match'})
    return applies ? {rule: rule.name, text: rewriting.text, url: direct || undefined} : undefined
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    trace?.({kind: 'rule', rule: rule.name, at: rule.at, outcome: 'failed', why: error.message})
    throw new RewriteError(rule.name, error.message, error, error instanceof TamperedError ? 400 : 500)
  }
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

/** Rewrites an address that stands in a header or body; undefined: it stays. A fragment at which its rule does not look is kept. Throws RewriteError. */
export function rewriteAddress(
  run: RunRule,
  text: string,
  role: string,
  rule: string | undefined,
  context: RewriteContext,
): string | undefined {
  const mark = text.indexOf('#')
  if (mark === 0) return undefined
  const made = run(text, role, rule, context)?.text
  if (made === undefined || mark < 0 || made.includes('#')) return made
  const bare = run(text.slice(0, mark), role, rule, context)?.text
  return bare === made ? made + text.slice(mark) : made
}
