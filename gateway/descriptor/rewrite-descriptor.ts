import type {SourceLocation} from '../common/problem.js'

/** A `rewrite.xml`, typed; plain JSON, and as such part of the plan. Source: Knox, `UrlRewriteRulesDescriptor`. */
export interface RewriteDescriptor {
  /** `<functions>`: name of the function to its attributes, such as `hostmap` and its `config`. */
  readonly functions: readonly FunctionDescriptor[]
  readonly rules: readonly RuleDescriptor[]
  readonly filters: readonly FilterDescriptor[]
  readonly at: SourceLocation
}

export interface FunctionDescriptor {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly at: SourceLocation
}

export type Direction = 'in' | 'out'

export type Flow = 'all' | 'and' | 'or'

export interface RuleDescriptor {
  readonly name: string
  /** Both when the file names none. */
  readonly directions: readonly Direction[]
  readonly scope: string | undefined
  /** URL template; undefined: the rule runs only by name. */
  readonly pattern: string | undefined
  readonly flow: Flow
  readonly steps: readonly StepDescriptor[]
  readonly at: SourceLocation
}

/**
 * One step of a rule. `match`, `check` and `control` hold steps of their own, which run when they hold;
 * `rule` nests a whole rule, whose pattern is a `match` of its own.
 */
export type StepDescriptor =
  | {
      readonly kind: 'match'
      readonly pattern: string | undefined
      readonly operator: string | undefined
      readonly flow: Flow
      readonly steps: readonly StepDescriptor[]
      readonly at: SourceLocation
    }
  | {
      readonly kind: 'check'
      readonly operator: string
      readonly input: string
      readonly value: string
      readonly flow: Flow
      readonly steps: readonly StepDescriptor[]
      readonly at: SourceLocation
    }
  | {
      readonly kind: 'control'
      readonly flow: Flow
      readonly steps: readonly StepDescriptor[]
      readonly at: SourceLocation
    }
  | {readonly kind: 'rewrite'; readonly template: string; readonly at: SourceLocation}
  | {readonly kind: 'rule'; readonly rule: RuleDescriptor; readonly at: SourceLocation}
  | {
      readonly kind: 'encode-query' | 'decode-query' | 'encrypt-query' | 'decrypt-query' | 'encrypt' | 'decrypt'
      readonly param: string | undefined
      readonly template: string | undefined
      readonly at: SourceLocation
    }

export interface FilterDescriptor {
  readonly name: string
  readonly contents: readonly ContentDescriptor[]
  readonly at: SourceLocation
}

export interface ContentDescriptor {
  /** Media type, may hold `*`; of headers and cookies it is `application/x-http-headers` and the like, as Knox writes it. */
  readonly type: string
  readonly asType: string | undefined
  readonly parts: readonly FilterPartDescriptor[]
  /** What is done with events, where the type is `text/event-stream`; absent for all others. */
  readonly events?: readonly EventPartDescriptor[]
  readonly at: SourceLocation
}

/** `event`: a type of events, or `*`. */
export type EventPartDescriptor =
  | {
      readonly kind: 'apply'
      readonly event: string
      /** `data`, `id`, `event`, or a JSON path into data. */
      readonly path: string
      readonly rule: string | undefined
      /** The rule that undoes it, of an ID alone: clients send IDs back. */
      readonly inverse: string | undefined
      readonly at: SourceLocation
    }
  | EventDropDescriptor

/** Events of the type are dropped, or those of all other types. */
export interface EventDropDescriptor {
  readonly kind: 'drop' | 'allow'
  readonly event: string
  readonly at: SourceLocation
}

export type FilterPartDescriptor =
  | {readonly kind: 'apply'; readonly path: string; readonly rule: string | undefined; readonly at: SourceLocation}
  | {
      readonly kind: 'scope' | 'buffer'
      readonly path: string
      readonly parts: readonly FilterPartDescriptor[]
      readonly at: SourceLocation
    }
  | {
      readonly kind: 'detect'
      readonly path: string
      readonly value: string
      readonly parts: readonly FilterPartDescriptor[]
      readonly at: SourceLocation
    }
