import type {Problems} from '../common/problem.js'
import {suggestion} from '../common/suggest.js'
import type {
  ContentDescriptor,
  FilterDescriptor,
  FilterPartDescriptor,
  RewriteDescriptor,
} from '../descriptor/rewrite-descriptor.js'
import {expressionsOf, partFault} from '../rewrite/content/body-editors.js'
import {COMMON_TYPES, isLookedInto} from '../rewrite/content/content-type.js'
import {patternCost} from '../rewrite/content/pattern-cost.js'

/** The filters of a file without the parts that cannot work: those are told and left out. Told are also those that nothing is looked for in. */
export function soundFilters({filters}: RewriteDescriptor, problems: Problems): readonly FilterDescriptor[] {
  for (const filter of filters) tellUnusedContents(filter, problems)
  return filters.map(filter => ({
    ...filter,
    contents: filter.contents.map(content => ({
      ...content,
      parts: content.parts.filter(part => isSound(content, part, filter.name, problems)),
    })),
  }))
}

function tellUnusedContents({name, contents}: FilterDescriptor, problems: Problems): void {
  const last = new Map(contents.map(({type, at}) => [type.trim().toLowerCase(), at]))
  for (const {type, asType, parts, at} of contents) {
    const twin = last.get(type.trim().toLowerCase())
    if (twin !== at)
      problems.warning('content-unused', at, `${name} has ${type} in line ${twin?.line} again, and that counts`)
    else if (asType === undefined && parts.length > 0 && !isLookedInto(type))
      problems.warning('content-unused', at, `what is ${type} is not looked into${suggestion(type, COMMON_TYPES, 2)}`)
  }
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
