import type {XmlElement} from '../xml/xml-element.js'
import {readFlow} from './read-flow.js'
import type {Reading} from './reading.js'
import type {StepDescriptor} from './rewrite-descriptor.js'
import {checkShape} from './shape.js'
import {aliasedAttribute, requiredAttribute} from './values.js'

const OPERATOR_NAMES = ['op', 'oper', 'operation']
const PATTERN_NAMES = ['pattern', 'url']
const TEMPLATE_NAMES = ['template', 'parameter', 'param']

type ReadStep = (step: XmlElement, reading: Reading) => StepDescriptor

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
export function readStep(step: XmlElement, reading: Reading): readonly StepDescriptor[] {
  const read = READERS.get(step.name)
  return read ? [read(step, reading)] : []
}

function readSteps({children}: XmlElement, reading: Reading): readonly StepDescriptor[] {
  return children.flatMap(child => readStep(child, reading))
}

function readMatch(step: XmlElement, reading: Reading): StepDescriptor {
  checkShape(step, {attributes: [...OPERATOR_NAMES, ...PATTERN_NAMES, 'flow'], many: STEP_NAMES}, reading)
  return {
    kind: 'match',
    pattern: aliasedAttribute(step, PATTERN_NAMES, reading),
    operator: aliasedAttribute(step, OPERATOR_NAMES, reading),
    flow: readFlow(step, reading),
    steps: readSteps(step, reading),
    at: step.at,
  }
}

function readCheck(step: XmlElement, reading: Reading): StepDescriptor {
  checkShape(step, {attributes: [...OPERATOR_NAMES, 'input', 'value', 'flow'], many: STEP_NAMES}, reading)
  return {
    kind: 'check',
    operator: requiredOperator(step, reading),
    input: requiredAttribute(step, 'input', reading),
    value: step.attributes.get('value')?.value ?? '',
    flow: readFlow(step, reading),
    steps: readSteps(step, reading),
    at: step.at,
  }
}

function requiredOperator(step: XmlElement, reading: Reading): string {
  const operator = aliasedAttribute(step, OPERATOR_NAMES, reading)
  if (!operator) reading.problems.fault('attribute-missing', step.at, `<${step.name}> has no attribute oper`)
  return operator ?? ''
}

function readControl(step: XmlElement, reading: Reading): StepDescriptor {
  checkShape(step, {attributes: ['flow'], many: STEP_NAMES}, reading)
  return {kind: 'control', flow: readFlow(step, reading), steps: readSteps(step, reading), at: step.at}
}

/** The template may be empty, and then makes the URL empty. */
function readRewriteStep(step: XmlElement, reading: Reading): StepDescriptor {
  checkShape(step, {attributes: TEMPLATE_NAMES}, reading)
  const template = aliasedAttribute(step, TEMPLATE_NAMES, reading)
  if (template === undefined)
    reading.problems.fault('attribute-missing', step.at, '<rewrite> has no attribute template')
  return {kind: 'rewrite', template: template ?? '', at: step.at}
}

type QueryStep = Extract<StepDescriptor, {readonly param: string | undefined}>['kind']

function readQueryStep(kind: QueryStep): ReadStep {
  return (step, reading) => {
    checkShape(step, {attributes: kind === 'encrypt' ? ['param', 'template'] : ['param']}, reading)
    return {
      kind,
      param: step.attributes.get('param')?.value,
      template: step.attributes.get('template')?.value,
      at: step.at,
    }
  }
}
