import type {Problems, SourceLocation} from '../common/problem.js'
import type {XmlElement} from '../xml/xml-element.js'
import {readFilter} from './read-filter.js'
import {readRule} from './read-rule.js'
import {type Reading, unlessFaulty} from './reading.js'
import type {FunctionDescriptor, RewriteDescriptor} from './rewrite-descriptor.js'
import {isRoot} from './root.js'
import {checkShape} from './shape.js'
import {childrenOf} from './values.js'

/**
 * The rules of a file whose root is `<rules>`; undefined when it has faults. Templates, and the names of
 * functions and rules, are for later. Source: Knox, `XmlRewriteRulesDigester`.
 */
export function readRewrite(_file: string, root: XmlElement, problems: Problems): RewriteDescriptor | undefined {
  return unlessFaulty(problems, reading => {
    if (!isRoot(root, 'rules', reading)) return undefined
    checkShape(root, {many: ['functions', 'rule', 'filter']}, reading)
    const rules = childrenOf(root, 'rule').map(rule => readRule(rule, reading))
    const filters = childrenOf(root, 'filter').map(filter => readFilter(filter, reading))
    tellTwins('rule', rules, reading)
    tellTwins('filter', filters, reading)
    return {functions: readFunctions(root), rules, filters, at: root.at}
  })
}

/** Every function may have settings of its own: whose they are is known later. */
function readFunctions(root: XmlElement): readonly FunctionDescriptor[] {
  return childrenOf(root, 'functions')
    .flatMap(({children}) => children)
    .map(({name, attributes, at}) => ({
      name,
      attributes: Object.fromEntries([...attributes].map(([each, {value}]) => [each, value])),
      at,
    }))
}

interface Named {
  readonly name: string
  readonly at: SourceLocation
}

/** Tells once of each name that several have. */
function tellTwins(what: string, named: readonly Named[], {problems}: Reading): void {
  const seen = new Map<string, {readonly at: SourceLocation; told: boolean}>()
  for (const {name, at} of named) {
    const before = seen.get(name)
    if (!before) seen.set(name, {at, told: false})
    else if (!before.told) {
      problems.warning('rule-duplicate', at, `the ${what} ${name} is in line ${before.at.line} too`)
      before.told = true
    }
  }
}
