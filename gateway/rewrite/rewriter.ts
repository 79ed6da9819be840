import {cutUrl, type RequestUrl} from '../common/request-url.js'
import type {Direction} from '../descriptor/rewrite-descriptor.js'
import type {Headers} from '../http/headers.js'
import type {Evaluate} from '../template/expand.js'
import type {Params} from '../template/params.js'
import {parseLiteral} from '../template/parse.js'
import type {Template} from '../template/template.js'
import {type Rule, rewritingOf} from './compile-rule.js'
import {headerChoice} from './header-filter.js'
import {rewriteUrls} from './header-value.js'
import {hostMap} from './host-map.js'
import {RewriteError} from './rewrite-error.js'
import type {RewriteContext, RewriteFacts, RewriteFunction} from './rewrite-function.js'
import type {RewritePlan} from './rewrite-plan.js'
import {type RuleSet, ruleSet} from './rule-set.js'

/** Rewrites the URLs of one topology. Built once, never changed; rules are made live when they are first wanted. */
export interface Rewriter {
  /**
   * The address at the service for a request's URL: by the rule of that name, or (`undefined`, `*`) by the IN rule
   * that fits best. Undefined: no rule applies. Throws RewriteError.
   */
  inbound(url: RequestUrl, role: string, rule: string | undefined, context: RewriteContext): Inbound | undefined
  /** What is done to the headers of a service's responses; `filter`: the name in `<rewrite to="response.headers">`. */
  headers(role: string, filter: string | undefined): HeaderRewriter
}

export interface Inbound {
  readonly url: RequestUrl
  /** Name of the rule. */
  readonly rule: string
}

/** For the responses of one route. A value that its rule cannot rewrite stays as it came, and `failed` is told. */
export interface HeaderRewriter {
  /** The same list when nothing changes. */
  rewrite(headers: Headers, context: RewriteContext, failed: RewriteFailed): Headers
  /** One value. */
  value(name: string, value: string, context: RewriteContext, failed: RewriteFailed): string
}

/** Told of a header that stays as it came although a rule names it. */
export type RewriteFailed = (error: RewriteError, header: string) => void

/** Source: Knox, `UrlRewriteProcessor`. */
export function buildRewriter(plan: RewritePlan, functions: ReadonlyMap<string, RewriteFunction>): Rewriter {
  const rules = ruleSet(plan.definitions.flatMap(definition => definition.rules))
  const filters = new Map(plan.definitions.flatMap(({filters}) => filters.map(filter => [filter.name, filter] as const)))
  const run = {in: ruleRunner(rules, factsOf(plan, 'in'), functions), out: ruleRunner(rules, factsOf(plan, 'out'), functions)}
  return {
    inbound(url, role, rule, context) {
      const result = run.in(url, role, rule, context)
      return result && {url: absolute(result.rule, result.text) ?? url, rule: result.rule}
    },
    headers: (role, filter) => headerRewriter(headerChoice(filters.get(filter ?? '')), role, run.out),
  }
}

function factsOf({topology, gatewayName, hostmap}: RewritePlan, direction: Direction): RewriteFacts {
  return {direction, topology, gatewayName, hosts: hostMap(hostmap)}
}

function absolute(rule: string, text: string | undefined): RequestUrl | undefined {
  if (text === undefined) return undefined
  const url = cutUrl(text)
  if (url === undefined) throw new RewriteError(rule, 'what it makes is not an absolute URL', text)
  return url
}

/** `text` is undefined when the rule applied and left the URL as it was. */
type Result = {readonly rule: string; readonly text: string | undefined}

type RunRule = (
  url: RequestUrl | Template,
  role: string,
  rule: string | undefined,
  context: RewriteContext,
) => Result | undefined

function ruleRunner(rules: RuleSet, facts: RewriteFacts, functions: ReadonlyMap<string, RewriteFunction>): RunRule {
  return (url, role, name, context) => {
    const isNamed = name !== undefined && name !== '*'
    const match = isNamed ? undefined : rules.best(url, facts.direction, role)
    const rule = isNamed ? rules.named(name) : match?.value
    if (rule === undefined) return undefined
    return tried(rule, url, match?.params, evaluator(functions, context, facts), context)
  }
}

function tried(
  rule: Rule,
  url: RequestUrl | Template,
  params: Params | undefined,
  evaluate: Evaluate,
  {trace}: RewriteContext,
): Result | undefined {
  const rewriting = rewritingOf(url, evaluate)
  try {
    const applies = rule.run(rewriting, params)
    trace?.({kind: 'rule', rule: rule.name, at: rule.at, outcome: applies ? 'used' : 'no match'})
    return applies ? {rule: rule.name, text: rewriting.text} : undefined
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    trace?.({kind: 'rule', rule: rule.name, at: rule.at, outcome: 'failed'})
    throw new RewriteError(rule.name, error.message, error)
  }
}

function evaluator(
  functions: ReadonlyMap<string, RewriteFunction>,
  context: RewriteContext,
  facts: RewriteFacts,
): Evaluate {
  return (name, args) => {
    const values = functions.get(name)?.evaluate(args, context, facts) ?? []
    context.trace?.({kind: 'function', name, args, values})
    return values
  }
}

function headerRewriter(choose: ReturnType<typeof headerChoice>, role: string, run: RunRule): HeaderRewriter {
  function value(header: string, text: string, context: RewriteContext, failed: RewriteFailed): string {
    const name = header.toLowerCase()
    const treatment = choose(name)
    if (treatment === 'leave') return text
    const rewrite = (url: string) => {
      try {
        return run(parseLiteral(url), role, treatment.rule, context)?.text
      } catch (error) {
        if (!(error instanceof RewriteError)) throw error
        failed(error, header)
        return undefined
      }
    }
    const whole = treatment.rule === undefined ? undefined : rewrite(text)
    return whole ?? rewriteUrls(name, text, rewrite)
  }
  return {
    value,
    rewrite(headers, context, failed) {
      let changed: string[] | undefined
      for (let at = 0; at + 1 < headers.length; at += 2) {
        const [name = '', before = ''] = [headers[at], headers[at + 1]]
        const after = value(name, before, context, failed)
        if (after === before) continue
        changed ??= [...headers]
        changed[at + 1] = after
      }
      return changed ?? headers
    },
  }
}
