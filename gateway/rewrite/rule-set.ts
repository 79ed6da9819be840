import {remember} from '../common/remember.js'
import type {RequestUrl} from '../common/request-url.js'
import type {Direction, RuleDescriptor} from '../descriptor/rewrite-descriptor.js'
import {buildMatcher, type TemplateMatch, type TemplateMatcher} from '../template/matcher.js'
import {parseTemplate} from '../template/parse.js'
import type {Template} from '../template/template.js'
import {compileRule, type Rule} from './compile-rule.js'

/** The scope of rules that serve every role. */
const GLOBAL_SCOPE = 'GLOBAL'

/** All rules of a topology, found by name or by what fits a URL best. Each rule is made live when it is first wanted. */
export interface RuleSet {
  /** The first of that name. */
  named(name: string): Rule | undefined
  /**
   * The rule whose pattern fits best: of the role's own rules, else of the global ones, else of those
   * without a scope. Rules of other roles are left alone.
   */
  best(url: RequestUrl | Template, direction: Direction, role: string): TemplateMatch<Rule> | undefined
  /** Whether an address could fit a rule that `best` finds, by its look alone: most values of a body could not, and need not be read. */
  mayFit(text: string, direction: Direction, role: string): boolean
  /** Whether there is any rule that `best` could find. */
  has(direction: Direction, role: string): boolean
}

/** Source: Knox, `UrlRewriteProcessor` and `ScopedMatcher`. Throws TemplateSyntaxError when a rule is first wanted. */
export function ruleSet(descriptors: readonly RuleDescriptor[], globalRoles: readonly string[]): RuleSet {
  const byName = new Map<string, RuleDescriptor>()
  for (const descriptor of descriptors) if (!byName.has(descriptor.name)) byName.set(descriptor.name, descriptor)
  const live = remember(compileRule)
  const matcher = {in: remember(matcherFor('in')), out: remember(matcherFor('out'))}
  const patterned = {in: remember(patternedFor('in')), out: remember(patternedFor('out'))}
  const hints = {in: remember(hintFor('in')), out: remember(hintFor('out'))}

  function matcherFor(direction: Direction): (scope: string) => TemplateMatcher<Rule> | undefined {
    const own = descriptors.filter(rule => rule.pattern !== undefined && rule.directions.includes(direction))
    return scope => {
      const rules = own.filter(rule => scopeOf(rule, globalRoles) === scope).map(live)
      const entries = rules.flatMap(rule => (rule.pattern ? [[rule.pattern, rule] as const] : []))
      return entries.length > 0 ? buildMatcher(entries) : undefined
    }
  }

  function patternedFor(direction: Direction): (role: string) => readonly RuleDescriptor[] {
    return role => rulesFor(descriptors, direction, role, globalRoles).filter(({pattern}) => pattern !== undefined)
  }

  function hintFor(direction: Direction): (role: string) => RegExp {
    return role => anyOf(patterned[direction](role).map(({pattern = ''}) => hintOf(parseTemplate(pattern))))
  }

  return {
    named(name) {
      const descriptor = byName.get(name)
      return descriptor && live(descriptor)
    },
    best(url, direction, role) {
      const find = matcher[direction]
      return find(role)?.match(url) ?? find(GLOBAL_SCOPE)?.match(url) ?? find('')?.match(url)
    },
    mayFit(text, direction, role) {
      return hints[direction](role).test(text)
    },
    has(direction, role) {
      return patterned[direction](role).length > 0
    },
  }
}

/** The rules of one direction that are for a role: its own, the global ones, and those without a scope. */
export function rulesFor(
  rules: readonly RuleDescriptor[],
  direction: Direction,
  role: string,
  globalRoles: readonly string[],
): readonly RuleDescriptor[] {
  const scopes = [role, GLOBAL_SCOPE, '']
  return rules.filter(rule => rule.directions.includes(direction) && scopes.includes(scopeOf(rule, globalRoles)))
}

/** The scope that the file names, else the first part of the rule's name, else none. Source: Knox, `UrlRewriteRuleProcessorHolder`. */
export function scopeOf({scope, name}: RuleDescriptor, globalRoles: readonly string[]): string {
  if (scope !== undefined) return scope
  const role = name.slice(0, Math.max(name.indexOf('/'), 0))
  return globalRoles.includes(role) ? GLOBAL_SCOPE : role
}

/** A piece of text that stands in every address which fits a pattern; empty: none is known. */
function hintOf({path, scheme}: Template): string {
  const fixed = path.filter(({kind, param}) => kind === 'static' && param === '').map(({original = ''}) => original)
  const plain = fixed.filter(text => !/[\\{}]/.test(text))
  const longest = plain.reduce((one, other) => (other.length > one.length ? other : one), '')
  return longest === '' && scheme ? ':' : longest
}

/** Finds any of some texts; without any nothing, with an empty one everything. */
function anyOf(texts: readonly string[]): RegExp {
  if (texts.length === 0) return /(?!)/
  const escaped = [...new Set(texts)].map(text => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(escaped.includes('') ? '' : escaped.join('|'))
}
