import type {FilterPartDescriptor} from '../../descriptor/rewrite-descriptor.js'
import type {Use} from '../trace.js'
import {wholePattern} from './pattern.js'
import {type PathStep, type PathTo, type Place, topOf} from './places.js'

/** What a filter does at a place of a text of nested values: rewrites a value, or holds all of a part back to look at its values together. */
export type FilterPart = Apply | {readonly kind: 'buffer'; readonly inside: Place<InsidePart>}

export type Apply = {readonly kind: 'apply'} & Use

/** What is done in a part that is held back; paths count from it. */
export type InsidePart =
  | {readonly kind: 'apply'; readonly use: Use; readonly when: Detect | undefined}
  | {readonly kind: 'detect'; readonly detect: Detect}

/** A value that must be there for the parts that hang on it. */
export interface Detect {
  readonly value: RegExp
}

/** The first that is to be done to a value at a place. */
export const applyAt = (place: Place<FilterPart>): Apply | undefined => place.here.find(part => part.kind === 'apply')

/** The same for a child; where no path leads none has any. */
export const applyIn = (place: Place<FilterPart>, key: string): Apply | undefined =>
  place.isOutside ? undefined : applyAt(place.child(key))

type ParsePath = (path: string) => readonly PathStep[]

/**
 * What a filter's parts name, from the top of a text. Throws RangeError for a path or an expression that is none. Source:
 * Knox, `JsonFilterReader` and `XmlFilterReader`.
 */
export function filterParts(parts: readonly FilterPartDescriptor[], parse: ParsePath): Place<FilterPart> {
  return topOf(partsBelow([], parts, parse))
}

function partsBelow(
  above: readonly PathStep[],
  parts: readonly FilterPartDescriptor[],
  parse: ParsePath,
): readonly PathTo<FilterPart>[] {
  return parts.flatMap((part): readonly PathTo<FilterPart>[] => {
    const path = [...above, ...parse(part.path)]
    if (part.kind === 'apply') return [[path, part]]
    if (part.kind === 'scope') return partsBelow(path, part.parts, parse)
    return [[path, {kind: 'buffer', inside: topOf(insideParts(part.parts, undefined, parse))}]]
  })
}

function insideParts(
  parts: readonly FilterPartDescriptor[],
  when: Detect | undefined,
  parse: ParsePath,
): readonly PathTo<InsidePart>[] {
  return parts.flatMap((part): readonly PathTo<InsidePart>[] => {
    const path = parse(part.path)
    if (part.kind === 'apply') return [[path, {kind: 'apply', use: part, when}]]
    if (part.kind !== 'detect') return []
    const detect = {value: wholePattern(part.value)}
    return [[path, {kind: 'detect', detect}], ...insideParts(part.parts, detect, parse)]
  })
}
