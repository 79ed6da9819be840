import type {SourceLocation} from '../common/problem.js'
import type {EventDropDescriptor} from '../descriptor/rewrite-descriptor.js'
import type {ValuePart} from './rewrite-value.js'

/** What rewriting did, in order. */
export type TraceStep = RuleStep | FunctionStep | NoRuleStep | ValueStep | LeftStep | BodyStep | EventStep

/** A rule was tried. */
export interface RuleStep {
  readonly kind: 'rule'
  readonly rule: string
  readonly at: SourceLocation
  readonly outcome: 'used' | 'no match' | 'failed'
  /** What it lacks, when it failed. */
  readonly why?: string
}

export interface FunctionStep {
  readonly kind: 'function'
  readonly name: string
  readonly args: readonly string[]
  readonly values: readonly string[]
}

/** There was no rule to try: none fits, or none has the name asked for. */
export interface NoRuleStep {
  readonly kind: 'no rule'
}

/** What became of a value, and the steps that led there. */
export interface ValueStep {
  readonly kind: 'value'
  readonly part: ValuePart
  /** Of a header or cookie. */
  readonly name: string | undefined
  readonly before: string
  readonly after: string
  readonly use: Use | undefined
  readonly steps: readonly TraceStep[]
}

/** A header that is not looked at. */
export interface LeftStep {
  readonly kind: 'left'
  readonly name: string
  readonly value: string
}

/** How a body of that type is read. */
export interface BodyStep {
  readonly kind: 'body'
  readonly type: string
  readonly filter: string | undefined
  /** The part of the filter for the type; undefined: it has none. */
  readonly content: SourceLocation | undefined
  readonly isChanged: boolean
}

/** What became of an event; its values were told just before. */
export interface EventStep {
  readonly kind: 'event'
  readonly type: string
  readonly outcome: 'dropped' | 'changed' | 'stays'
  /** What dropped it. */
  readonly by: EventDropDescriptor | undefined
}

/** By which rule a value is rewritten (undefined or `*`: by the one that fits best), and the part of a filter that says so. */
export interface Use {
  readonly rule: string | undefined
  readonly path?: string
  readonly at?: SourceLocation
}
