import type {RequestUrl} from '../common/request-url.js'
import type {Direction, RuleDescriptor} from '../descriptor/rewrite-descriptor.js'
import {buildMatcher, type TemplateMatch, type TemplateMatcher} from '../template/matcher.js'
import type {Template} from '../template/template.js'
import {compileRule, type Rule} from './compile-rule.js'

/** The scope of rules that serve every role. */
const GLOBAL_SCOPE = 'GLOBAL'

/**
 * Roles whose rules serve every role when their files name no scope. Source: Knox, default of
 * `gateway.global.rules.services`.
 */
const GLOBAL_ROLES: ReadonlySet<string> = new Set([
  'NAMENODE',
  'JOBTRACKER',
  'WEBHDFS',
  'WEBHCAT',
  'OOZIE',
  'WEBHBASE',
  'HIVE',
  'RESOURCEMANAGER',
  'RESOURCEMANAGERAPI',
])

/** All rules of a topology, found by name or by what fits a URL best. Each rule is made live when it is first wanted. */
export interface RuleSet {
  /** The first of that name. */
  named(name: string): Rule | undefined
  /**
   * Finds the rule whose pattern fits best: of the role's own rules, else of the global ones, else of those
   * without a scope. Rules of other roles are left alone.
   */
  finder(direction: Direction, role: string): FindRule
  /** Whether there is any rule to be found so. */
  has(direction: Direction, role: string): boolean
}

export type FindRule = (url: RequestUrl | Template) => TemplateMatch<Rule> | undefined

/** Source: Knox, `UrlRewriteProcessor` and `ScopedMatcher`. Throws TemplateSyntaxError when a rule is first wanted. */
export function ruleSet(descriptors: readonly RuleDescriptor[]): RuleSet {
  const byName = new Map<string, RuleDescriptor>()
  for (const descriptor of descriptors) if (!byName.has(descriptor.name)) byName.set(descriptor.name, descriptor)
  const live = remembered(compileRule)
  const matcher = {in: remembered(matcherFor('in')), out: remembered(matcherFor('out'))}

  function matcherFor(direction: Direction): (scope: string) => TemplateMatcher<Rule> | undefined {
    const patterned = descriptors.filter(rule => rule.pattern !== undefined && rule.directions.includes(direction))
    return scope => {
      const rules = patterned.filter(rule => scopeOf(rule) === scope).map(live)
      const entries = rules.flatMap(rule => (rule.pattern ? [[rule.pattern, rule] as const] : []))
      return entries.length > 0 ? buildMatcher(entries) : undefined
    }
  }

  function matchersOf(direction: Direction, role: string): readonly TemplateMatcher<Rule>[] {
    const scopes = new Set([role, GLOBAL_SCOPE, ''])
    return [...scopes].map(matcher[direction]).filter(each => each !== undefined)
  }

  return {
    named(name) {
      const descriptor = byName.get(name)
      return descriptor && live(descriptor)
    },
    has: (direction, role) => matchersOf(direction, role).length > 0,
    finder(direction, role) {
      let matchers: readonly TemplateMatcher<Rule>[] | undefined
      return url => {
        matchers ??= matchersOf(direction, role)
        for (const each of matchers) {
          const match = each.match(url)
          if (match !== undefined) return match
        }
        return undefined
      }
    },
  }
}

/** The scope that the file names, else the first part of the rule's name, else none. Source: Knox, `UrlRewriteRuleProcessorHolder`. */
function scopeOf({scope, name}: RuleDescriptor): string {
  if (scope !== undefined) return scope
  const role = name.slice(0, Math.max(name.indexOf('/'), 0))
  return GLOBAL_ROLES.has(role) ? GLOBAL_SCOPE : role
}

function remembered<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, {readonly value: V}>()
  return key => {
    const known = made.get(key)
    if (known !== undefined) return known.value
    const value = make(key)
    made.set(key, {value})
    return value
  }
}
