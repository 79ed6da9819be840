import type {SourceLocation} from '../../common/problem.js'
import type {
  ContentDescriptor,
  Direction,
  FilterDescriptor,
  FilterPartDescriptor,
} from '../../descriptor/rewrite-descriptor.js'
import {type Headers, isNamed, valueOf} from '../../http/headers.js'
import type {RewritePlan} from '../../rewrite/rewrite-plan.js'
import type {BodyStep, EventStep, TraceStep} from '../../rewrite/trace.js'
import {type FilterUse, leftHeader, type RewrittenValue, toldValue} from './rewritten-value.js'

/** What rewriting made of the headers and the body of a request or a response. */
export interface Rewritten {
  readonly values: readonly RewrittenValue[]
  readonly body?: RewrittenBody
  readonly events?: readonly RewrittenEvent[]
  /** Parts of the filter that found nothing. */
  readonly unused?: readonly FilterUse[]
}

export interface RewrittenBody {
  readonly type: string
  readonly filter?: string | undefined
  readonly content?: SourceLocation | undefined
  /** Why it passes as it came. */
  readonly why?: string
}

export interface RewrittenEvent {
  readonly type: string
  readonly outcome: EventStep['outcome']
  /** What dropped it. */
  readonly by?: EventStep['by']
  readonly values: readonly RewrittenValue[]
}

/** Whose values were rewritten. */
export interface RewrittenFor {
  readonly plan: RewritePlan
  readonly direction: Direction
  readonly role: string
  /** Headers of the message as it came. */
  readonly given: Headers
}

/** Puts together what was traced, with the reasons for what stayed. */
export function rewritten(steps: readonly TraceStep[], about: RewrittenFor): Rewritten {
  let values: RewrittenValue[] = []
  const events: RewrittenEvent[] = []
  let before: readonly RewrittenValue[] = []
  for (const step of steps) {
    if (step.kind === 'body') {
      before = values
      values = []
    } else if (step.kind === 'event') {
      events.push({type: step.type, outcome: step.outcome, by: step.by, values})
      values = []
    } else values.push(...toldValue(step, about))
  }
  return {
    values: eachOnce([...before, ...unheard(steps, about), ...values]),
    ...bodyOf(steps, about),
    ...(events.length > 0 && {events}),
  }
}

/** Pages say the same many times. */
function eachOnce(values: readonly RewrittenValue[]): readonly RewrittenValue[] {
  return [...new Map(values.map(value => [JSON.stringify(value), value])).values()]
}

/** Headers of a response that were not even looked at. */
function unheard(steps: readonly TraceStep[], {direction, given}: RewrittenFor): readonly RewrittenValue[] {
  const heard = new Set(steps.flatMap(step => ('name' in step && step.name !== undefined ? [step.name] : [])))
  return given.flatMap((name, i) => {
    const isHeard = direction === 'in' || i % 2 === 1 || heard.has(name) || isNamed(name, 'content-type')
    return isHeard ? [] : [leftHeader(name, given[i + 1] ?? '')]
  })
}

function bodyOf(
  steps: readonly TraceStep[],
  {plan, direction, given}: RewrittenFor,
): Pick<Rewritten, 'body' | 'unused'> {
  const step = steps.find(each => each.kind === 'body')
  const asked = direction === 'out' ? valueOf(given, 'content-type') : undefined
  if (step === undefined)
    return asked === undefined ? {} : {body: {type: asked, why: 'no filter or rule is for bodies here'}}
  const {type, filter: name, content: at, isChanged} = step
  // Of twins the last, as rewriting has it.
  const filter = plan.definitions.flatMap(({filters}) => filters).findLast(each => each.name === name)
  const content = filter?.contents.find(each => each.at === at)
  const body = {type, filter: name, content: at}
  if (isChanged) return {body, unused: content ? unusedOf(content, steps) : []}
  return {body: {...body, why: whyUntouched(step, filter)}}
}

function whyUntouched({type, content}: BodyStep, filter: FilterDescriptor | undefined): string {
  if (filter === undefined) return `no filter is applied, and bodies of ${type} are then left alone`
  if (content !== undefined) return `bodies of ${type} are left alone, whatever the filter says`
  return `the filter has nothing for ${type}, only for ${filter.contents.map(each => each.type).join(', ')}`
}

function unusedOf({parts, events = []}: ContentDescriptor, steps: readonly TraceStep[]): readonly FilterUse[] {
  const used = new Set(steps.flatMap(step => (step.kind === 'value' ? (step.use?.at ?? []) : [])))
  const all = [...parts.flatMap(appliesIn), ...events.flatMap(part => (part.kind === 'apply' ? [part] : []))]
  return all.filter(({at}) => !used.has(at)).map(({path, rule, at}) => ({path, rule, at}))
}

function appliesIn(part: FilterPartDescriptor): readonly FilterUse[] {
  return part.kind === 'apply' ? [part] : part.parts.flatMap(appliesIn)
}
