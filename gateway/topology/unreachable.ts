import type {Problems} from '../common/problem.js'
import {suggestion} from '../common/suggest.js'
import type {RewriteDescriptor, RuleDescriptor, StepDescriptor} from '../descriptor/rewrite-descriptor.js'
import type {RouteDescriptor} from '../descriptor/service-descriptor.js'
import {patternsOf} from '../rewrite/rule-patterns.js'
import {readCall} from '../template/call.js'

/**
 * Tells of params that a rule's template needs and no pattern of the rule has: its requests would be answered with
 * 500, but for those whose query has a part of that name.
 */
export function tellUnboundParams(rules: readonly RuleDescriptor[], problems: Problems): void {
  for (const rule of rules) {
    const patterns = patternsOf(rule)
    for (const {template, at} of rule.steps.flatMap(rewritesOf))
      for (const name of paramsIn(addressOf(template))) {
        if (patterns.some(pattern => paramsIn(pattern).includes(name)) || OF_EXCHANGES.test(name)) continue
        const near = suggestion(name, patterns.flatMap(paramsIn))
        problems.warning(
          'param-unbound',
          at,
          `no pattern of the rule ${rule.name} has {${name}}${near}; requests that it serves are answered with 500`,
        )
      }
  }
}

/** Params that every exchange has. Source: Knox, `UrlRewriteResponse.resolve`. */
const OF_EXCHANGES = /^(?:gateway|cluster)\./

/** Tells of routes that no rule of their definition can make an address of: their requests would be answered with 404. */
export function tellUnfitRoutes(
  routes: readonly RouteDescriptor[],
  rules: readonly RuleDescriptor[],
  problems: Problems,
): void {
  const inbound = rules
    .filter(({directions}) => directions.includes('in'))
    .map(({name, pattern}) => ({name, segments: pattern === undefined ? undefined : segmentsOf(pattern)}))
  for (const {path, rewrites, at} of routes) {
    const name = rewrites.findLast(({to}) => to === 'request.url')?.apply ?? '*'
    const meant = inbound.filter(rule => name === '*' || rule.name === name)
    const route = segmentsOf(path)
    if (meant.length > 0 && meant.every(({segments}) => segments !== undefined && !fits(route, segments)))
      problems.warning(
        'route-unfit',
        at,
        `no address of ${path} fits ${patternText(name)}: its requests are answered with 404`,
      )
  }
}

/** Tells of routes whose definition has no rule for requests at all, which is told where a `rewrite.xml` was forgotten. */
export function tellRuleless(
  routes: readonly RouteDescriptor[],
  rewrite: RewriteDescriptor | undefined,
  problems: Problems,
): void {
  if (rewrite?.rules.some(({directions}) => directions.includes('in'))) return
  const [first] = routes.filter(({rewrites}) => !rewrites.some(({to}) => to === 'request.url'))
  const where =
    rewrite === undefined ? 'there is no rewrite.xml beside it' : 'rewrite.xml has no rule of the direction IN'
  if (first)
    problems.warning(
      'route-unfit',
      first.at,
      `no rule makes an address of ${first.path}, whose requests are answered with 404: ${where}`,
    )
}

/** Tells of rules all of whose patterns must fit and that have two which no address fits both. */
export function tellContradictions(rules: readonly RuleDescriptor[], problems: Problems): void {
  for (const {name, flow, pattern, steps, at} of rules) {
    if (flow !== 'and') continue
    const action = steps.findIndex(({kind}) => kind !== 'match')
    const matches = (action < 0 ? steps : steps.slice(0, action)).flatMap(step =>
      'pattern' in step ? [step.pattern] : [],
    )
    const [first, ...others] = [pattern, ...matches].filter(each => each !== undefined)
    const other = first && others.find(each => !overlap(segmentsOf(first), segmentsOf(each)))
    if (other)
      problems.warning('rule-contradictory', at, `no address fits both ${first} and ${other}, as the rule ${name} asks`)
  }
}

const patternText = (name: string) => (name === '*' ? 'the pattern of any rule' : `the pattern of the rule ${name}`)

type RewriteStep = Extract<StepDescriptor, {kind: 'rewrite'}>

function rewritesOf(step: StepDescriptor): readonly RewriteStep[] {
  if (step.kind === 'rewrite') return [step]
  if (step.kind === 'rule') return step.rule.steps.flatMap(rewritesOf)
  return 'steps' in step ? step.steps.flatMap(rewritesOf) : []
}

/** What stands before the query, where a param without a value is no fault. */
const addressOf = (template: string) => template.split('?', 1)[0] ?? ''

/** The params of `{name}`, `{name=pattern}` and `{$function(name)}`; not of `{name=}`, which may be absent. */
function paramsIn(template: string): readonly string[] {
  return [...template.matchAll(/\{([^{}=]+)(?:\}|=(?!\}))/g)].flatMap(([, text = '']) => readCall(text).param ?? [])
}

/** The path of a template, cut: text, `*` for what is one segment, `**` for any number of them. */
function segmentsOf(template: string): readonly string[] {
  const path = addressOf(template).replace(/^[^/]*:\/\/[^/]*/, '')
  return path
    .split('/')
    .filter(segment => segment !== '')
    .map(segment => (/^[^*{}<>$\\]*$/.test(segment) ? segment : MANY.test(segment) ? '**' : '*'))
}

/** `**` in it, a param without a pattern, one that may be empty, or what is not plain. */
const MANY = /\*\*|^\{[^=]*\}$|=\}|[<>$\\]/

/**
 * Whether some address of a route fits a pattern. The `**` that patterns begin with stands for gateway and topology, and
 * perhaps for fixed segments of the route: not for what the route's own `**` stands for, since then a misspelt name would fit.
 */
function fits(route: readonly string[], pattern: readonly string[]): boolean {
  const [lead, ...rest] = pattern
  if (lead !== '**') return overlap(['**', ...route], pattern)
  const many = route.indexOf('**')
  const fixed = many < 0 ? route : route.slice(0, Math.max(many, 1))
  return overlap([], rest) || fixed.some((_, from) => overlap(route.slice(from), rest))
}

/** Whether some path fits both. What both begin with settles nearly all of them. */
function overlap(one: readonly string[], other: readonly string[]): boolean {
  let alike = 0
  while (alike < one.length && one[alike] !== '**' && one[alike] === other[alike]) alike++
  const [a, b] = [one[alike], other[alike]]
  if (a !== undefined && b !== undefined && a !== b && !a.startsWith('*') && !b.startsWith('*')) return false
  return overlaps(one.slice(alike), other.slice(alike))
}

function overlaps(one: readonly string[], other: readonly string[]): boolean {
  /** By how many segments of each: whether some path fits these. */
  const fits: boolean[][] = []
  for (let i = 0; i <= one.length; i++) {
    const row: boolean[] = []
    fits.push(row)
    for (let j = 0; j <= other.length; j++) {
      const [a, b] = [one[i - 1], other[j - 1]]
      if (a === '**' || b === '**') row.push(fits[i - 1]?.[j] === true || row[j - 1] === true)
      else row.push(i + j === 0 || ((a === b || a === '*' || b === '*') && fits[i - 1]?.[j - 1] === true))
    }
  }
  return fits.at(-1)?.at(-1) === true
}
