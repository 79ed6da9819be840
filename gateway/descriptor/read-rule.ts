import type {XmlElement} from '../xml/xml-element.js'
import {readFlow} from './read-flow.js'
import {readStep, STEP_NAMES} from './read-step.js'
import type {Reading} from './reading.js'
import type {Direction, RuleDescriptor, StepDescriptor} from './rewrite-descriptor.js'
import {checkShape, type Shape} from './shape.js'
import {aliasedAttribute, placeOf, requiredAttribute} from './values.js'

const DIRECTION_NAMES = ['directions', 'direction', 'dir']
const PATTERN_NAMES = ['pattern', 'url']

const RULE: Shape = {
  attributes: ['name', ...DIRECTION_NAMES, ...PATTERN_NAMES, 'flow', 'scope'],
  many: [...STEP_NAMES, 'rule'],
  unused: ['filter'],
}

/** `<rule>`; one within another runs as a step and may go without a name. Source: Knox, `UrlRewriteRuleDescriptorImpl`. */
export function readRule(rule: XmlElement, reading: Reading, outer?: string): RuleDescriptor {
  checkShape(rule, RULE, reading)
  const name =
    outer === undefined ? requiredAttribute(rule, 'name', reading) : (rule.attributes.get('name')?.value ?? outer)
  return {
    name,
    directions: readDirections(rule, reading),
    scope: rule.attributes.get('scope')?.value,
    pattern: aliasedAttribute(rule, PATTERN_NAMES, reading),
    flow: readFlow(rule, reading),
    steps: rule.children.flatMap(child => readPart(child, name, reading)),
    at: rule.at,
  }
}

function readPart(child: XmlElement, name: string, reading: Reading): readonly StepDescriptor[] {
  if (child.name === 'rule') return [{kind: 'rule', rule: readRule(child, reading, name), at: child.at}]
  return readStep(child, reading)
}

const DIRECTIONS: ReadonlyMap<string, Direction> = new Map([
  ...['in', 'i', 'inbound', 'request', 'req'].map(word => [word, 'in'] as const),
  ...['out', 'o', 'outbound', 'response', 'res'].map(word => [word, 'out'] as const),
])

function readDirections(rule: XmlElement, reading: Reading): readonly Direction[] {
  const text = aliasedAttribute(rule, DIRECTION_NAMES, reading)
  if (text === undefined) return ['in', 'out']
  const words = text.split(/[ ,;:/|+]+/).filter(word => word !== '')
  const found = words.map(word => DIRECTIONS.get(word.toLowerCase()))
  if (found.length === 0 || found.includes(undefined)) {
    const at = placeOf(rule, DIRECTION_NAMES.find(name => rule.attributes.has(name)) ?? 'dir')
    reading.problems.fault('value-invalid', at, `the direction is ${JSON.stringify(text)}; it may be IN, OUT or both`)
  }
  return (['in', 'out'] as const).filter(direction => found.includes(direction))
}
