import type {Flow} from '../descriptor/rewrite-descriptor.js'

/** One step made live: whether it succeeded. */
export type Step<S> = (state: S) => boolean

export interface FlowStep<S> {
  /** Conditions decide whether the actions after them run. */
  readonly isCondition: boolean
  readonly run: Step<S>
}

interface Group<S> {
  readonly conditions: readonly Step<S>[]
  readonly actions: readonly Step<S>[]
}

/**
 * Steps in order, each run of conditions guarding the actions that follow. `and`: every condition must
 * hold, else the whole fails; `or`: one is enough, the rest are not tried; `all`: everything runs,
 * whatever fails, and the whole succeeds. The first action that fails ends its group.
 * Source: Knox, `UrlRewriteStepProcessorHolder`. Differs: when no condition of `or` holds, Knox runs the actions all the same.
 */
export function compileFlow<S>(flow: Flow, steps: readonly FlowStep<S>[]): Step<S> {
  const groups = grouped(steps)
  if (flow === 'all') {
    return state => {
      for (const {conditions, actions} of groups) {
        for (const condition of conditions) condition(state)
        runAll(actions, state)
      }
      return true
    }
  }
  const guard = flow === 'and' ? runAll : anyOf
  return state => {
    for (const {conditions, actions} of groups) {
      if (!guard(conditions, state) || !runAll(actions, state)) return false
    }
    return true
  }
}

function grouped<S>(steps: readonly FlowStep<S>[]): readonly Group<S>[] {
  const groups: {conditions: Step<S>[]; actions: Step<S>[]}[] = []
  for (const {isCondition, run} of steps) {
    const last = groups.at(-1)
    if (last && !(isCondition && last.actions.length > 0)) last[isCondition ? 'conditions' : 'actions'].push(run)
    else groups.push({conditions: isCondition ? [run] : [], actions: isCondition ? [] : [run]})
  }
  return groups
}

function runAll<S>(steps: readonly Step<S>[], state: S): boolean {
  for (const step of steps) if (!step(state)) return false
  return true
}

function anyOf<S>(steps: readonly Step<S>[], state: S): boolean {
  if (steps.length === 0) return true
  for (const step of steps) if (step(state)) return true
  return false
}
