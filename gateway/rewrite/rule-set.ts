import {remember} from '../common/remember.js'
import type {RequestUrl} from '../common/request-url.js'
import type {Direction, RuleDescriptor} from '../descriptor/rewrite-descriptor.js'
import {buildMatcher, type TemplateMatch, type TemplateMatcher} from '../template/matcher.js'
import {parseTemplate} from '../template/parse.js'
import type {Template} from '../template/template.js'
import {compileRule, type Rule} from './compile-rule.js'
import type {Functions} from './rewrite-function.js'

/** The scope of rules that serve every role. */
const GLOBAL_SCOPE = 'GLOBAL'

/** All rules of a topology. Each is made live when it is first wanted. Throws TemplateSyntaxError then. */
export interface RuleSet {
  /** The first of that name. */
  named(name: string): Rule | undefined
  /** Those of one direction that are for a role. Rules of other roles are left alone. */
  of(direction: Direction, role: string): RoleRules
}

/** The rules that are for one role in one direction. */
export interface RoleRules {
  /** The one whose pattern fits best: of the role's own, else of the global ones, else of those without a scope. */
  best(url: RequestUrl | Template): TemplateMatch<Rule> | undefined
  /** Whether an address could fit one of them, by its look alone: most values of a body could not, and need not be read. */
  mayFit(text: string): boolean
  /** There is one that `best` could find. */
  readonly any: boolean
}

/** Source: Knox, `UrlRewriteProcessor` and `ScopedMatcher`. */
export function ruleSet(
  descriptors: readonly RuleDescriptor[],
  globalRoles: readonly string[],
  functions: Functions,
): RuleSet {
  const live = remember((rule: RuleDescriptor) => compileRule(rule, functions))
  const matchers = {in: remember(matcherFor('in')), out: remember(matcherFor('out'))}

  function matcherFor(direction: Direction): (scope: string) => TemplateMatcher<Rule> | undefined {
    const patterned = descriptors.filter(rule => rule.pattern !== undefined && rule.directions.includes(direction))
    return scope => {
      const entries = patterned
        .filter(rule => scopeOf(rule, globalRoles) === scope)
        .flatMap(rule => entryOf(live(rule)))
      return entries.length > 0 ? buildMatcher(entries) : undefined
    }
  }

  return {
    named: remember(name => {
      const descriptor = descriptors.find(each => each.name === name)
      return descriptor && live(descriptor)
    }),
    of(direction, role) {
      let found: readonly TemplateMatcher<Rule>[] | undefined
      let hint: RegExp | undefined
      const all = rulesFor(descriptors, direction, role, globalRoles).filter(({pattern}) => pattern !== undefined)
      const inOrder = () => {
        found ??= scopesFor(role).flatMap(scope => matchers[direction](scope) ?? [])
        return found
      }
      return {
        best(url) {
          for (const matcher of inOrder()) {
            const match = matcher.match(url)
            if (match !== undefined) return match
          }
          return undefined
        },
        mayFit(text) {
          // Of a filter that names its rules no other needs to be made live.
          hint ??= anyOf(all.map(({pattern = ''}) => hintOf(parseTemplate(pattern))))
          return hint.test(text)
        },
        any: all.length > 0,
      }
    },
  }
}

const entryOf = (rule: Rule) => (rule.pattern ? [[rule.pattern, rule] as const] : [])

/** Whose rules are for a role, in the order in which they are looked at. */
const scopesFor = (role: string) => [role, GLOBAL_SCOPE, '']

/** The rules of one direction that are for a role: its own, the global ones, and those without a scope. */
export function rulesFor(
  rules: readonly RuleDescriptor[],
  direction: Direction,
  role: string,
  globalRoles: readonly string[],
): readonly RuleDescriptor[] {
  const scopes = scopesFor(role)
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
