import type {XmlElement} from '../xml/xml-element.js'
import {readFlow} from './read-flow.js'
import type {Reading} from './reading.js'
import type {StepDescriptor} from './rewrite-descriptor.js'
import {checkShape} from './shape.js'
import {aliasedAttribute, requiredAttribute} from './values.js'

const OPERATOR_NAMES = ['op', 'oper', 'operation']
const PATTERN_NAMES = ['pattern', 'url']

/** Reads one step; `rule` is the name of the rule it belongs to. */
type ReadStep = (step: XmlElement, rule: string, reading: Reading) => StepDescriptor

const READERS: ReadonlyMap<string, ReadStep> = new Map([
  ['match', readMatch],
  ['check', readCheck],
  ['control', readControl],
  ['rewrite', readRewriteStep],
  ...(['encode-query', 'decode-query', 'encrypt-query', 'decrypt-query', 'encrypt', 'decrypt'] as const).map(
    kind => [kind, readQueryStep(kind)] as const,
  ),
])

/** The elements that are steps. Source: Knox, `UrlRewriteStepDescriptor` and its service files. */
export const STEP_NAMES: readonly string[] = [...READERS.keys()]

/** One step; none for an element that is not a step. */
export function readStep(step: XmlElement, rule: string, reading: Reading): readonly StepDescriptor[] {
  const read = READERS.get(step.name)
  return read ? [read(step, rule, reading)] : []
}

function stepsOf({children}: XmlElement, rule: string, reading: Reading): readonly StepDescriptor[] {
  return children.flatMap(child => readStep(child, rule, reading))
}

/** A match that holds steps guards them alone, as a nested rule does its own. */
function readMatch(step: XmlElement, rule: string, reading: Reading): StepDescriptor {
  checkShape(step, {attributes: [...OPERATOR_NAMES, ...PATTERN_NAMES, 'flow'], many: STEP_NAMES}, reading)
  const {at} = step
  const pattern = aliasedAttribute(step, PATTERN_NAMES, reading)
  const operator = aliasedAttribute(step, OPERATOR_NAMES, reading)
  const flow = readFlow(step, reading)
  const steps = stepsOf(step, rule, reading)
  if (steps.length === 0) return {kind: 'match', pattern, operator, at}
  return {kind: 'rule', rule: {name: rule, directions: [], scope: undefined, pattern, flow, steps, at}, at}
}

/** A check that holds steps guards them alone. */
function readCheck(step: XmlElement, rule: string, reading: Reading): StepDescriptor {
  checkShape(step, {attributes: [...OPERATOR_NAMES, 'input', 'value', 'flow'], many: STEP_NAMES}, reading)
  const {at} = step
  const flow = readFlow(step, reading)
  const check = {
    kind: 'check',
    operator: requiredOperator(step, reading),
    input: requiredAttribute(step, 'input', reading),
    value: step.attributes.get('value')?.value ?? '',
    flow,
    at,
  } as const
  const steps = stepsOf(step, rule, reading)
  return steps.length === 0
    ? check
    : {kind: 'control', flow: 'and', steps: [check, {kind: 'control', flow, steps, at}], at}
}

function requiredOperator(step: XmlElement, reading: Reading): string {
  const operator = aliasedAttribute(step, OPERATOR_NAMES, reading)
  if (!operator) reading.problems.fault('attribute-missing', step.at, `<${step.name}> has no attribute oper`)
  return operator ?? ''
}

function readControl(step: XmlElement, rule: string, reading: Reading): StepDescriptor {
  checkShape(step, {attributes: ['flow'], many: STEP_NAMES}, reading)
  return {kind: 'control', flow: readFlow(step, reading), steps: stepsOf(step, rule, reading), at: step.at}
}

/** The template may be empty, and then makes the URL empty. */
function readRewriteStep(step: XmlElement, _rule: string, reading: Reading): StepDescriptor {
  checkShape(step, {attributes: ['template']}, reading)
  const template = step.attributes.get('template')?.value
  if (template === undefined)
    reading.problems.fault('attribute-missing', step.at, '<rewrite> has no attribute template')
  return {kind: 'rewrite', template: template ?? '', at: step.at}
}

type QueryStep = Extract<StepDescriptor, {readonly param: string | undefined}>['kind']

function readQueryStep(kind: QueryStep): ReadStep {
  return (step, _rule, reading) => {
    checkShape(step, {attributes: kind === 'encrypt' ? ['param', 'template'] : ['param']}, reading)
    return {
      kind,
      param: step.attributes.get('param')?.value,
      template: step.attributes.get('template')?.value,
      at: step.at,
    }
  }
}
