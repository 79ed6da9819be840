import {RewriteError} from './rewrite-error.js'
import type {RewriteContext} from './rewrite-function.js'
import {type RunRule, rewriteAddress} from './run-rule.js'
import type {TraceStep, Use} from './trace.js'

/** Where values stand. */
export type ValuePart = 'header' | 'cookie' | 'body'

/** Values that stand in one place of an exchange. */
export interface ValuePlace {
  readonly run: RunRule
  readonly part: ValuePart
  /** Of the header or cookie. */
  readonly name?: string
}

/** Rewrites a value; undefined: it stays. `failed` is told of one that stays although a rule is there for it. */
export function rewriteValue(
  place: ValuePlace,
  before: string,
  use: Use | undefined,
  context: RewriteContext,
  failed: (error: RewriteError) => void,
): string | undefined {
  const {trace} = context
  if (trace === undefined) return tried(place, before, use?.rule, context, failed)
  const steps: TraceStep[] = []
  const made = tried(place, before, use?.rule, {...context, trace: step => steps.push(step)}, failed)
  const {part, name} = place
  trace({kind: 'value', part, name, before, after: made ?? before, use, steps})
  return made
}

function tried(
  {run}: ValuePlace,
  text: string,
  rule: string | undefined,
  context: RewriteContext,
  failed: (error: RewriteError) => void,
): string | undefined {
  try {
    return rewriteAddress(run, text, rule, context)
  } catch (error) {
    if (!(error instanceof RewriteError)) throw error
    failed(error)
    return undefined
  }
}
