import type {SourceLocation} from '../../common/problem.js'
import type {RuleDescriptor} from '../../descriptor/rewrite-descriptor.js'
import {isNamed} from '../../http/headers.js'
import type {ValuePart} from '../../rewrite/rewrite-value.js'
import {patternsOf} from '../../rewrite/rule-patterns.js'
import {rulesFor} from '../../rewrite/rule-set.js'
import type {RuleStep, TraceStep, ValueStep} from '../../rewrite/trace.js'
import {nearMiss} from '../../template/near-miss.js'
import {parseLiteral, parseTemplate} from '../../template/parse.js'
import type {RewrittenFor} from './rewritten.js'

/** A value that was changed, or why it was not. */
export interface RewrittenValue {
  readonly part: ValuePart
  /** Of a header or cookie. */
  readonly name: string | undefined
  readonly before: string
  readonly after: string
  readonly rule?: {readonly name: string; readonly at: SourceLocation}
  /** The part of a filter that led to it; without one the rule that fits best was taken. */
  readonly apply?: FilterUse
  readonly why?: readonly string[]
}

/** An `apply` of a filter. */
export interface FilterUse {
  readonly path: string
  readonly rule: string | undefined
  readonly at: SourceLocation
}

/**
 * What is to be told of a step: all that changed, of headers of a response and of values that a filter has a rule for also why
 * they did not, of others only when a rule nearly fitted.
 */
export function toldValue(step: TraceStep, about: RewrittenFor): readonly RewrittenValue[] {
  if (step.kind === 'left')
    return about.direction === 'out' && !isNamed(step.name, 'content-type') ? [leftHeader(step.name, step.value)] : []
  if (step.kind !== 'value') return []
  const {part, name, before, after, use, steps} = step
  const tried = steps.findLast(each => each.kind === 'rule')
  const value = {
    part,
    name,
    before,
    after,
    ...(tried && {rule: {name: tried.rule, at: tried.at}}),
    ...(use?.at && {apply: {path: use.path ?? '', rule: use.rule, at: use.at}}),
  }
  if (after !== before) return [value]
  const why = whyNot(step, tried, about)
  const asked = tried !== undefined || namesRule(step) || (part === 'header' && about.direction === 'out')
  return why.length > 0 || asked ? [{...value, why: why.length > 0 ? why : ['no rule fits it']}] : []
}

const namesRule = ({use}: ValueStep) => use?.rule !== undefined && use.rule !== '*'

/** A header that no rule was tried on. */
export function leftHeader(name: string, value: string): RewrittenValue {
  const why = ['no filter of the route names it, and no rule is tried on it without']
  return {part: 'header', name, before: value, after: value, why}
}

function whyNot(
  step: ValueStep,
  tried: RuleStep | undefined,
  {plan, direction, role}: RewrittenFor,
): readonly string[] {
  const rules = plan.definitions.flatMap(definition => definition.rules)
  if (tried?.outcome === 'failed') return [tried.why ?? 'the rule failed']
  if (tried?.outcome === 'used') return ['the rule gives what was there']
  const named = namesRule(step) ? rules.find(({name}) => name === step.use?.rule) : undefined
  if (namesRule(step) && !named) return [`there is no rule ${step.use?.rule}`]
  // What does not look like an address is not compared with all rules.
  if (!named)
    return step.before.includes('/') ? nearMisses(rulesFor(rules, direction, role, plan.globalRoles), step.before) : []
  const near = nearMisses([named], step.before)
  return near.length > 0 ? near : [`it does not match ${patternsOf(named).join(' or ')}`]
}

function nearMisses(rules: readonly RuleDescriptor[], text: string): readonly string[] {
  const url = parseLiteral(text)
  return rules.flatMap(({name, at, ...rule}) =>
    patternsOf({name, at, ...rule}).flatMap(pattern => {
      const miss = nearMiss(parseTemplate(pattern), url)
      if (miss === undefined) return []
      const {part, found = 'nothing', wanted} = miss
      return [`${name} (${at.file}:${at.line}) nearly fits, by ${pattern}; ${part}: ${found}, not ${wanted}`]
    }),
  )
}
