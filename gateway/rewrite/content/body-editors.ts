import type {
  ContentDescriptor,
  Direction,
  FilterDescriptor,
  FilterPartDescriptor,
} from '../../descriptor/rewrite-descriptor.js'
import {type ContentKind, contentFor, kindOf} from './content-type.js'
import {type DeclaredCharset, declaredInHtml, declaredInXml} from './declared-charset.js'
import type {Editor, EditorParts} from './editor.js'
import {filterParts} from './filter-parts.js'
import {firstFit} from './first-fit.js'
import {FormEditor} from './form-editor.js'
import {HtmlEditor} from './html-editor.js'
import {JsonEditor} from './json-editor.js'
import {parseJsonPath} from './json-path.js'
import {readPattern, wholePattern} from './pattern.js'
import {textEditor} from './text-editor.js'
import {XmlEditor} from './xml-editor.js'
import {parseXmlPath} from './xml-path.js'

/** How bodies of a type are edited. */
export interface EditorMaker {
  /** Begins to edit one body. */
  readonly make: (parts: EditorParts) => Editor
  /** Where such a body itself names its charset. */
  readonly declared: DeclaredCharset | undefined
}

/** What is done to bodies by their media type; undefined: they pass untouched. */
export type EditorFor = (mediaType: string) => EditorMaker | undefined

/**
 * What a filter says of bodies. Without a filter, or with one that is not there, all values of HTML, JSON and XML are
 * tried against the rules (`hasRules`: there are any); a filter that has nothing for a type leaves it alone. Source: Knox,
 * `UrlRewriteResponse.streamResponse`, `UrlRewriteRequest.getInputStream`.
 */
export function bodyEditors(filter: FilterDescriptor | undefined, direction: Direction, hasRules: boolean): EditorFor {
  const known = new Map<string, EditorMaker | undefined>()
  return mediaType => {
    if (!known.has(mediaType)) known.set(mediaType, makerFor(filter, mediaType, direction, hasRules))
    return known.get(mediaType)
  }
}

function makerFor(
  filter: FilterDescriptor | undefined,
  mediaType: string,
  direction: Direction,
  hasRules: boolean,
): EditorMaker | undefined {
  const content = filter && contentFor(filter, mediaType)
  if (filter && !content) return undefined
  const kind = kindOf(content?.asType?.trim().toLowerCase() || mediaType, content !== undefined)
  const parts = content?.parts ?? []
  if (kind === undefined || (parts.length === 0 && !(hasRules && triesAll(kind, direction)))) return undefined
  return {make: MAKERS[kind](parts, direction), declared: DECLARED[kind]}
}

const DECLARED: Readonly<Partial<Record<ContentKind, DeclaredCharset>>> = {html: declaredInHtml, xml: declaredInXml}

/** Whether values for which a filter has no rule are tried against all of them. Source: Knox, `JsonUrlRewriteFilterReader` for requests. */
const triesAll = (kind: ContentKind, direction: Direction) =>
  kind !== 'text' && (kind !== 'json' || direction === 'out')

const MAKERS: Readonly<
  Record<ContentKind, (parts: readonly FilterPartDescriptor[], direction: Direction) => EditorMaker['make']>
> = {
  html(filter) {
    const values = firstFit(expressions(filter, wholePattern))
    const scripts = expressions(filter, readPattern)
    return parts => new HtmlEditor({values, scripts}, parts)
  },
  json(filter, direction) {
    const top = filterParts(filter, parseJsonPath)
    return parts => new JsonEditor(top, direction === 'out', parts)
  },
  xml(filter) {
    const top = filterParts(filter, parseXmlPath)
    return parts => new XmlEditor(top, filter.length === 0, parts)
  },
  form(filter) {
    const rules = new Map(filter.toReversed().map(part => [part.path.toLowerCase(), part]))
    return parts =>
      new FormEditor(name => {
        if (rules.size === 0) return {rule: undefined}
        const part = rules.get(name.toLowerCase())
        return part?.kind === 'apply' ? part : 'leave'
      }, parts)
  },
  text(filter) {
    const found = expressions(filter, readPattern)
    return parts => textEditor(found, {...parts, byLine: true})
  },
}

/** What is not an `apply` means nothing in text. */
function expressions(parts: readonly FilterPartDescriptor[], read: (path: string) => RegExp) {
  return parts.flatMap(part => (part.kind === 'apply' ? [{pattern: read(part.path), use: part}] : []))
}

/** Why a part of a filter cannot be read; undefined: it can. */
export function partFault({type, asType}: ContentDescriptor, part: FilterPartDescriptor): string | undefined {
  const kind = kindOf((asType ?? type).trim().toLowerCase(), true)
  try {
    if (kind !== undefined) MAKERS[kind]([part], 'out')
    return undefined
  } catch (error) {
    if (error instanceof RangeError) return error.message
    throw error
  }
}

/** The regular expressions of a part of a filter: its path, where bodies of the type are searched, and what it detects. */
export function expressionsOf({type, asType}: ContentDescriptor, part: FilterPartDescriptor): readonly string[] {
  const kind = kindOf((asType ?? type).trim().toLowerCase(), true)
  if (kind === 'html' || kind === 'text') return part.kind === 'apply' ? [part.path] : []
  const own = part.kind === 'detect' ? [part.value] : []
  return part.kind === 'apply'
    ? []
    : [...own, ...part.parts.flatMap(each => expressionsOf({type, asType, parts: [], at: part.at}, each))]
}
