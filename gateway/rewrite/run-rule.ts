import {cutPlain, type RequestUrl} from '../common/request-url.js'
import type {Evaluate} from '../template/expand.js'
import type {TemplateMatch} from '../template/matcher.js'
import {parseLiteral} from '../template/parse.js'
import type {Template} from '../template/template.js'
import {type Rule, rewritingOf} from './compile-rule.js'
import {rewriteDirectly, rewriteToText} from './direct-rule.js'
import {RewriteError} from './rewrite-error.js'
import {answersOf, type Functions, type RewriteContext, type RewriteFacts} from './rewrite-function.js'
import type {RoleRules, RuleSet} from './rule-set.js'
import {type Sealer, TamperedError} from './sealer.js'

/** What a rule made, as text or cut; neither when it applied and left the URL as it was. */
export type Result = {readonly rule: string; readonly text: string | undefined; readonly url: RequestUrl | undefined}

/**
 * Runs a rule, given itself or by its name, or the one that fits best (undefined, `*`). Undefined: none applies. Throws
 * RewriteError. Source: Knox, `UrlRewriteProcessor`.
 */
export type RunRule = (
  url: RequestUrl | Template | string,
  rule: Rule | string | undefined,
  context: RewriteContext,
) => Result | undefined

/** What the rules for a role in one direction are run with. */
export interface RuleParts {
  readonly set: RuleSet
  readonly rules: RoleRules
  readonly facts: RewriteFacts
  readonly functions: Functions
  readonly sealer: Sealer
}

/** Runs any rule of a set by its name, and without one those of a role in one direction. */
export function ruleRunner(parts: RuleParts): RunRule {
  const {set, rules} = parts
  return (given, asked, context) => {
    const isBest = asked === undefined || asked === '*'
    const isText = typeof given === 'string'
    // Who listens hears of every value, also of those that by their look no rule is for.
    if (isText && isBest && !context.trace && !rules.mayFit(given)) return undefined
    const url = isText ? (cutPlain(given) ?? parseLiteral(given)) : given
    const match = isBest ? rules.best(url) : undefined
    const rule = isBest ? match?.value : typeof asked === 'string' ? set.named(asked) : asked
    if (rule === undefined) {
      context.trace?.({kind: 'no rule'})
      return undefined
    }
    return tried(rule, url, {parts, isText, match, context})
  }
}

/** What a rule is run with; `isText`: so is what it makes; `match`: it was found by its pattern. */
interface Running {
  readonly parts: RuleParts
  readonly isText: boolean
  readonly match: TemplateMatch<Rule> | undefined
  readonly context: RewriteContext
}

function tried(rule: Rule, url: RequestUrl | Template, running: Running): Result | undefined {
  const {trace} = running.context
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
  {parts: {facts}, isText, context}: Running,
): Result | false | undefined {
  if (direct === undefined || 'text' in url) return undefined
  if (isText) {
    const text = rewriteToText(direct, url, context, facts)
    return typeof text === 'string' ? {rule: name, text, url: undefined} : text
  }
  const made = rewriteDirectly(direct, url, context, facts)
  return made && {rule: name, text: undefined, url: made}
}

function generalResult(rule: Rule, url: RequestUrl | Template, {parts, match, context}: Running): Result | false {
  const rewriting = rewritingOf(url, evaluator(parts, context), parts.sealer)
  return rule.run(rewriting, match?.params) && {rule: rule.name, text: rewriting.text, url: undefined}
}

function evaluator({functions, facts}: RuleParts, context: RewriteContext): Evaluate {
  return (name, args) => {
    const called = functions.get(name)
    if (called) return answersOf(called, args, context, facts)
    context.trace?.({kind: 'function', name, args, values: []})
    return []
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
