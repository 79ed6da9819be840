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
  const fault = partFault(content, part) ?? unboundedIn(content, part)
  if (fault !== undefined) {
    problems.warning('filter-path-invalid', part.at, `${fault}; this part of ${filter} is left out`)
    return false
  }
  const slow = expressionsOf(content, part).find(text => patternCost(text) === 'backtracks')
  if (slow !== undefined)
    problems.warning('pattern-backtracks', part.at, `${slow} may match the same text in very many ways`)
  return true
}

function unboundedIn(content: ContentDescriptor, part: FilterPartDescriptor): string | undefined {
  const found = expressionsOf(content, part).find(text => patternCost(text) === 'unbounded')
  return found && `${found} may match the same text in very many ways, and looks around or back`
}
