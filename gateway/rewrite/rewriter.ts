import {cutUrl, type RequestUrl} from '../common/request-url.js'
import type {Direction} from '../descriptor/rewrite-descriptor.js'
import type {ApplyDescriptor, RewriteTarget} from '../descriptor/service-descriptor.js'
import type {Headers} from '../http/headers.js'
import type {Evaluate} from '../template/expand.js'
import type {TemplateMatch} from '../template/matcher.js'
import {parseLiteral} from '../template/parse.js'
import type {Template} from '../template/template.js'
import {type Rule, rewritingOf} from './compile-rule.js'
import {rewriteDirectly} from './direct-rule.js'
import {type HeaderChoice, headerChoice, namesRules} from './header-filter.js'
import {rewriteUrls} from './header-value.js'
import {hostMap} from './host-map.js'
import {RewriteError} from './rewrite-error.js'
import type {RewriteContext, RewriteFacts, RewriteFunction} from './rewrite-function.js'
import type {RewritePlan} from './rewrite-plan.js'
import {type RuleSet, ruleSet} from './rule-set.js'

/** Rewrites the URLs of one topology. Built once, never changed; rules are made live when they are first wanted. */
export interface Rewriter {
  /** What is done to the exchanges of one route. */
  route(role: string, rewrites: readonly ApplyDescriptor[]): RouteRewriter
}

export interface RouteRewriter {
  /** The rule that the route applies to `request.url`; undefined: the IN rule that fits best. */
  readonly rule: string | undefined
  /** The filter that it applies to `response.headers`; undefined: none, and every header is tried. */
  readonly headerFilter: string | undefined
  /** The address at the service for a request's URL. Undefined: no rule applies. Throws RewriteError. */
  inbound(url: RequestUrl, context: RewriteContext): Inbound | undefined
  /** Whether `responseHeaders` changes anything ever: most services have no rules for that. */
  rewritesHeaders(): boolean
  /**
   * The headers of a service's response as the client must see them; the same list when nothing changes. A value
   * that its rule cannot rewrite stays as it came, and `failed` is told.
   */
  responseHeaders(headers: Headers, context: RewriteContext, failed: RewriteFailed): Headers
}

export interface Inbound {
  readonly url: RequestUrl
  /** Name of the rule that made it. */
  readonly rule: string
}

/** Told of a header that stays as it came although a rule is there for it. */
export type RewriteFailed = (error: RewriteError, header: string) => void

/** `functions`: as `callable` makes them. Source: Knox, `UrlRewriteProcessor`. */
export function buildRewriter(plan: RewritePlan, functions: ReadonlyMap<string, RewriteFunction>): Rewriter {
  const rules = ruleSet(plan.definitions.flatMap(definition => definition.rules))
  const filters = new Map(
    plan.definitions.flatMap(({filters}) => filters.map(filter => [filter.name, filter] as const)),
  )
  const facts = {in: factsOf(plan, 'in'), out: factsOf(plan, 'out')}
  return {
    route(role, rewrites) {
      const rule = appliedTo('request.url', rewrites)
      const headerFilter = appliedTo('response.headers', rewrites)
      const filter = filters.get(headerFilter ?? '')
      const runIn = ruleRunner(rules, role, facts.in, functions)
      const runOut = ruleRunner(rules, role, facts.out, functions)
      let rewritesHeaders: boolean | undefined
      return {
        rule,
        headerFilter,
        inbound(url, context) {
          const result = runIn(url, rule, context)
          return result && {url: withMark(result.url ?? absolute(result) ?? url, url), rule: result.rule}
        },
        rewritesHeaders() {
          rewritesHeaders ??= namesRules(filter) || rules.has('out', role)
          return rewritesHeaders
        },
        responseHeaders: headerRewriter(headerChoice(filter), runOut),
      }
    },
  }
}

/** The rule or filter that a route applies to a target; where it names several, the last counts. */
function appliedTo(target: RewriteTarget, rewrites: readonly ApplyDescriptor[]): string | undefined {
  return rewrites.findLast(({to}) => to === target)?.apply
}

function factsOf({topology, gatewayName, hostmap}: RewritePlan, direction: Direction): RewriteFacts {
  return {direction, topology, gatewayName, hosts: hostMap(hostmap)}
}

/** A query that was there and empty stays so (RFC 3986 §6.2.3): templates know only its parts. */
const withMark = (made: RequestUrl, {query}: RequestUrl): RequestUrl =>
  query === '' && made.query === undefined ? {...made, query} : made

function absolute({rule, text}: Result): RequestUrl | undefined {
  if (text === undefined) return undefined
  const url = cutUrl(text)
  if (url === undefined || url.host === '') throw new RewriteError(rule, 'what it makes is not an absolute URL', text)
  return url
}

/** What a rule made, as text or cut; neither when it applied and left the URL as it was. */
type Result = {readonly rule: string; readonly text: string | undefined; readonly url: RequestUrl | undefined}

/** Runs a rule, by name or the one that fits best. */
type RunRule = (url: RequestUrl | Template, rule: string | undefined, context: RewriteContext) => Result | undefined

function ruleRunner(
  rules: RuleSet,
  role: string,
  facts: RewriteFacts,
  functions: ReadonlyMap<string, RewriteFunction>,
): RunRule {
  const find = rules.finder(facts.direction, role)
  return (url, name, context) => {
    const isNamed = name !== undefined && name !== '*'
    const match = isNamed ? undefined : find(url)
    const rule = isNamed ? rules.named(name) : match?.value
    return rule && tried(rule, url, match, evaluator(functions, context, facts), context)
  }
}

function tried(
  rule: Rule,
  url: RequestUrl | Template,
  match: TemplateMatch<Rule> | undefined,
  evaluate: Evaluate,
  {trace}: RewriteContext,
): Result | undefined {
  try {
    const result = directly(rule, url, evaluate) ?? generally(rule, url, match, evaluate)
    trace?.({kind: 'rule', rule: rule.name, at: rule.at, outcome: result ? 'used' : 'no match'})
    return result || undefined
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    trace?.({kind: 'rule', rule: rule.name, at: rule.at, outcome: 'failed'})
    throw new RewriteError(rule.name, error.message, error)
  }
}

/** Undefined: it cannot tell. */
function directly(rule: Rule, url: RequestUrl | Template, evaluate: Evaluate): Result | false | undefined {
  const made = rule.direct === undefined || 'text' in url ? undefined : rewriteDirectly(rule.direct, url, evaluate)
  return made && {rule: rule.name, text: undefined, url: made}
}

function generally(
  rule: Rule,
  url: RequestUrl | Template,
  match: TemplateMatch<Rule> | undefined,
  evaluate: Evaluate,
): Result | false {
  const rewriting = rewritingOf(url, evaluate)
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

function headerRewriter(choose: HeaderChoice, run: RunRule): RouteRewriter['responseHeaders'] {
  function rewritten(header: string, value: string, context: RewriteContext, failed: RewriteFailed): string {
    const name = header.toLowerCase()
    const treatment = choose(name)
    if (treatment === 'leave') return value
    return rewriteUrls(name, value, treatment.rule !== undefined, url => {
      try {
        return url.startsWith('#') ? undefined : run(parseLiteral(url), treatment.rule, context)?.text
      } catch (error) {
        if (!(error instanceof RewriteError)) throw error
        failed(error, header)
        return undefined
      }
    })
  }
  return (headers, context, failed) => {
    let changed: string[] | undefined
    for (let at = 0; at + 1 < headers.length; at += 2) {
      const [name = '', before = ''] = [headers[at], headers[at + 1]]
      const after = rewritten(name, before, context, failed)
      if (after === before) continue
      changed ??= [...headers]
      changed[at + 1] = after
    }
    return changed ?? headers
  }
}
