import type {Problems} from '../common/problem.js'
import type {
  ContentDescriptor,
  FilterDescriptor,
  FilterPartDescriptor,
  RewriteDescriptor,
} from '../descriptor/rewrite-descriptor.js'
import {expressionsOf, partFault} from '../rewrite/content/body-editors.js'
import {patternCost} from '../rewrite/content/pattern-cost.js'

/** The filters of a file without the parts that cannot work: those are told and left out. */
export function soundFilters({filters}: RewriteDescriptor, problems: Problems): readonly FilterDescriptor[] {
  return filters.map(filter => ({
    ...filter,
    contents: filter.contents.map(content => ({
      ...content,
      parts: content.parts.filter(part => isSound(content, part, filter.name, problems)),
    })),
  }))
}

function isSound(content: ContentDescriptor, part: FilterPartDescriptor, filter: string, problems: Problems): boolean {
  const invalid = partFault(content, part)
  const costs = new Map(
    invalid === undefined ? expressionsOf(content, part).map(text => [patternCost(text), text] as const) : [],
  )
  const unbounded = costs.get('unbounded')
  const slow = costs.get('backtracks')
  const fault =
    invalid ?? (unbounded && `${unbounded} may match the same text in very many ways, and looks around or back`)
  if (fault !== undefined)
    problems.warning('filter-path-invalid', part.at, `${fault}; this part of ${filter} is left out`)
  else if (slow !== undefined)
    problems.warning('pattern-backtracks', part.at, `${slow} may match the same text in very many ways`)
  return fault === undefined
}
