import type {SourceLocation} from '../common/problem.js'
import type {RequestUrl} from '../common/request-url.js'
import type {RuleDescriptor, StepDescriptor} from '../descriptor/rewrite-descriptor.js'
import type {Evaluate} from '../template/expand.js'
import {buildMatcher} from '../template/matcher.js'
import {joinedParams, type Params, paramsOf} from '../template/params.js'
import {literalOf, parseLiteral, parseTemplate} from '../template/parse.js'
import type {Template} from '../template/template.js'
import {checks} from './check-step.js'
import {directRule} from './compile-direct-rule.js'
import type {DirectRule} from './direct-rule.js'
import {compileFlow, type FlowStep, type Step} from './flow.js'
import {makeUrl} from './make-url.js'
import {decodeQuery, decryptQuery, encodeQuery, encryptQuery} from './query-steps.js'
import type {Functions} from './rewrite-function.js'
import {ruleTemplate} from './rule-template.js'
import type {Sealer} from './sealer.js'

/** A URL on its way through a rule. Scope: one rewriting. */
export interface Rewriting {
  /** What patterns are matched against. */
  url: RequestUrl | Template
  /** The URL as it was rewritten; undefined: it was not. */
  text: string | undefined
  params: Params
  readonly evaluate: Evaluate
  readonly sealer: Sealer
}

/** A rule made live. */
export interface Rule {
  readonly name: string
  readonly at: SourceLocation
  readonly pattern: Template | undefined
  /** For rules of the usual shape: one, or several of which the first that matches applies. */
  readonly direct: readonly DirectRule[] | undefined
  /** `matched`: what its pattern bound, where that is known already. False: it does not apply. Throws UnresolvedError, RangeError. */
  readonly run: (rewriting: Rewriting, matched?: Params) => boolean
}

type StepsHolder = Extract<StepDescriptor, {kind: 'match' | 'check'}>

const NONE = paramsOf({})

/** A URL before its rule. */
export function rewritingOf(url: RequestUrl | Template, evaluate: Evaluate, sealer: Sealer): Rewriting {
  return {url, text: undefined, params: NONE, evaluate, sealer}
}

/** Makes a rule live. Throws TemplateSyntaxError for a template that cannot be read. */
export function compileRule(descriptor: RuleDescriptor, functions: Functions): Rule {
  const {name, at} = descriptor
  const pattern = patternOf(descriptor)
  return {name, at, pattern, direct: directOf(descriptor, functions), run: compileRun(descriptor, pattern)}
}

const patternOf = ({pattern}: RuleDescriptor) => (pattern === undefined ? undefined : parseTemplate(pattern))

function compileRun({flow, steps}: RuleDescriptor, pattern: Template | undefined): Rule['run'] {
  const match = pattern && matchOf(pattern)
  const run = compileFlow(flow, steps.map(compileStep))
  return (rewriting, matched) => {
    if (matched !== undefined) rewriting.params = matched
    else if (match && !match(rewriting)) return false
    return run(rewriting)
  }
}

/** One `rewrite` behind a pattern, or the first of several such. */
function directOf(rule: RuleDescriptor, functions: Functions): readonly DirectRule[] | undefined {
  const choices = choicesOf(rule).map(([pattern, steps]) => directStep(pattern, steps, functions))
  const direct = choices.filter(choice => choice !== undefined)
  return direct.length > 0 && direct.length === choices.length ? direct : undefined
}

type Choice = readonly [pattern: string | undefined, then: readonly StepDescriptor[]]

/** Patterns of which the first that matches decides, and what is done then; none for a rule that is otherwise. */
function choicesOf({pattern, flow, steps}: RuleDescriptor): readonly Choice[] {
  if (pattern !== undefined) return [[pattern, steps]]
  const [first, ...others] = steps
  if (flow === 'all' || first?.kind !== 'match') return []
  if (first.steps.length === 0) return [[first.pattern, others]]
  if (flow === 'and' && others.length > 0) return []
  return steps.map(step => (step.kind === 'match' ? [step.pattern, step.steps] : [undefined, []]))
}

function directStep(pattern: string | undefined, [step, more]: readonly StepDescriptor[], functions: Functions) {
  if (pattern === undefined || step?.kind !== 'rewrite' || more !== undefined) return undefined
  return directRule(parseTemplate(pattern), ruleTemplate(step.template), functions)
}

function compileStep(step: StepDescriptor): FlowStep<Rewriting> {
  switch (step.kind) {
    case 'match':
      return condition(guarded(step.pattern === undefined ? undefined : matchOf(parseTemplate(step.pattern)), step))
    case 'check':
      return condition(guarded(checkOf(ruleTemplate(step.input), step.operator, step.value), step))
    case 'control':
      return condition(compileFlow(step.flow, step.steps.map(compileStep)))
    case 'rule': {
      const run = compileRun(step.rule, patternOf(step.rule))
      return condition(rewriting => run(rewriting))
    }
    case 'rewrite':
      return action(rewriteBy(ruleTemplate(step.template)))
    case 'encode-query':
      return action(changes(encodeQuery))
    case 'decode-query':
      return action(changes(decodeQuery))
    case 'encrypt-query':
      return action(changes(encryptQuery))
    case 'decrypt-query':
      return action(changes(decryptQuery))
    case 'encrypt':
      return action(encryptParam(step))
    case 'decrypt':
      return action(decryptParam(step))
  }
}

/** The step itself, then the steps that it holds. */
function guarded(first: Step<Rewriting> | undefined, {flow, steps}: StepsHolder): Step<Rewriting> {
  const then = compileFlow(flow, steps.map(compileStep))
  return first === undefined ? then : rewriting => first(rewriting) && then(rewriting)
}

const condition = (run: Step<Rewriting>) => ({isCondition: true, run})

const action = (run: Step<Rewriting>) => ({isCondition: false, run})

function matchOf(pattern: Template): Step<Rewriting> {
  const matcher = buildMatcher([[pattern, undefined]])
  return rewriting => {
    if (rewriting.text !== undefined) rewriting.url = parseLiteral(rewriting.text)
    const match = matcher.match(rewriting.url)
    if (match === undefined) return false
    rewriting.params = rewriting.params === NONE ? match.params : joinedParams(rewriting.params, match.params)
    return true
  }
}

function checkOf(input: Template, operator: string, value: string): Step<Rewriting> {
  const make = makeUrl(input)
  return ({params, evaluate}) => checks(operator, make(params, evaluate), value)
}

function rewriteBy(template: Template): Step<Rewriting> {
  const make = makeUrl(template)
  return rewriting => {
    rewriting.text = make(rewriting.params, rewriting.evaluate)
    return true
  }
}

/** The step fails where there is nothing to change. */
function changes(change: (url: string, sealer: Sealer) => string | undefined): Step<Rewriting> {
  return rewriting => {
    const made = change(textOf(rewriting), rewriting.sealer)
    rewriting.text = made ?? rewriting.text
    return made !== undefined
  }
}

type ParamStep = Extract<StepDescriptor, {readonly param: string | undefined}>

/** A param gets what a template makes, encrypted. Source: Knox, `EncryptUriProcessor`. */
function encryptParam({param, template}: ParamStep): Step<Rewriting> {
  const make = template ? makeUrl(ruleTemplate(template)) : undefined
  return rewriting => {
    const text = make?.(rewriting.params, rewriting.evaluate) ?? ''
    return text !== '' && setParam(rewriting, param, rewriting.sealer.seal(text))
  }
}

/** A param gets what was encrypted in it. Throws TamperedError. Source: Knox, `DecryptUriProcessor`. */
function decryptParam({param}: ParamStep): Step<Rewriting> {
  return rewriting => {
    const sealed = param === undefined ? undefined : rewriting.params.get(param)?.[0]
    return sealed !== undefined && setParam(rewriting, param, rewriting.sealer.open(sealed))
  }
}

/** False: the step names none. */
function setParam(rewriting: Rewriting, param: string | undefined, value: string): boolean {
  if (!param) return false
  rewriting.params = joinedParams(rewriting.params, paramsOf({[param]: [value]}))
  return true
}

function textOf({text, url}: Rewriting): string {
  return text ?? ('text' in url ? url : literalOf(url)).text
}
