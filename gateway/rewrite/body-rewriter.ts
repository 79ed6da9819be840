import {rememberText} from '../common/remember.js'
import type {Direction, FilterDescriptor} from '../descriptor/rewrite-descriptor.js'
import {isEventStream, mediaTypeOf} from '../http/headers.js'
import {bodyEditors, type EditorMaker} from './content/body-editors.js'
import {changeIn, type RewriteText} from './content/change.js'
import {type Charset, charsetNamed, charsetNameIn, charsetOf} from './content/charset.js'
import {contentFor} from './content/content-type.js'
import {whenDeclared} from './content/declared-charset.js'
import type {Editor} from './content/editor.js'
import {type EventRules, type EventText, eventRules} from './content/event-filter.js'
import type {RewriteError} from './rewrite-error.js'
import type {RewriteContext} from './rewrite-function.js'
import {rewriteValue, type ValuePlace} from './rewrite-value.js'
import type {RunRule} from './run-rule.js'
import type {BodyStep} from './trace.js'

/** What is told of one body. */
export interface BodyTold {
  /** A value stays as it came although a rule is there for it; told once for each rule. */
  failed(error: RewriteError): void
  /** From that byte on the body is not what its type says, and passes as it came. */
  broken(offset: number, why: string): void
  /** Nothing of it is changed, for its bytes cannot be read. */
  unreadable(contentType: string): void
}

/** How bodies of a route are changed in one direction. */
export interface BodyRewriter {
  /** Name of the filter; undefined: none. */
  readonly filter: string | undefined
  /** Whether there is anything that a body could be changed by. */
  readonly changesAny: boolean
  /** What is done to bodies of that Content-Type; undefined: they pass as they came. */
  of(contentType: string): BodyChange | undefined
  /** Why they are changed, or are not. */
  about(contentType: string): BodyStep
}

/**
 * What is done to bodies of one Content-Type: they are edited as text, or as event streams; or nothing after all, for their
 * bytes cannot be read. Both make what changes one body, which is plain: without content coding. `limit`: bytes of a value.
 */
export type BodyChange =
  | {readonly kind: 'text'; readonly editor: MakeFor<Editor>}
  | {readonly kind: 'events'; readonly change: MakeFor<ChangeEventText>}
  | {readonly kind: 'unreadable'}

type MakeFor<T> = (context: RewriteContext, limit: number, told: BodyTold) => T

/** The very same object for an event that stays. */
export type ChangeEventText = (event: EventText) => EventText | 'drop'

export interface BodyFilter {
  readonly name: string | undefined
  readonly filter: FilterDescriptor | undefined
  readonly direction: Direction
  /** Whether there are rules that any value could be tried against. */
  readonly hasRules: boolean
}

const UNTOUCHED: Editor = {push: text => text, end: () => ''}

const EVENT_STREAM = 'text/event-stream'

const MOST_TYPES = 20

/** Source: Knox, `UrlRewriteResponse`, `UrlRewriteRequest`. */
export function bodyRewriter({name, filter, direction, hasRules}: BodyFilter, run: RunRule): BodyRewriter {
  const editorFor = bodyEditors(filter, direction, hasRules)
  const events = eventChange(filter, run)
  /** A service has a few types. */
  const of = rememberText(
    (type: string) => (isEventStream(type) ? events : textChange(type, editorFor(mediaTypeOf(type)), run)),
    MOST_TYPES,
  )
  return {
    filter: name,
    changesAny: filter === undefined ? hasRules : filter.contents.length > 0,
    of,
    about(type) {
      const content = filter && contentFor(filter, mediaTypeOf(type))
      return {kind: 'body', type, filter: filter?.name, content: content?.at, isChanged: of(type) !== undefined}
    },
  }
}

function eventChange(filter: FilterDescriptor | undefined, run: RunRule): BodyChange | undefined {
  const content = filter && contentFor(filter, EVENT_STREAM)
  const rules = content && eventRules(content)
  const utf8 = charsetOf('')
  if (rules === undefined || utf8 === undefined) return undefined
  return {
    kind: 'events',
    change(context, limit, told) {
      const parts = {change: changeIn(utf8, rewriter(run, context, told)), broken: told.broken, limit}
      return traced(event => rules.change(event, parts), rules, context)
    },
  }
}

function textChange(contentType: string, maker: EditorMaker | undefined, run: RunRule): BodyChange | undefined {
  if (maker === undefined) return undefined
  const makeIn =
    (charset: Charset): MakeFor<Editor> =>
    (context, limit, told) =>
      maker.make({change: changeIn(charset, rewriter(run, context, told)), broken: told.broken, limit})
  const declared = charsetNameIn(contentType) === undefined ? maker.declared : undefined
  if (declared)
    return {
      kind: 'text',
      editor: (context, limit, told) =>
        whenDeclared(declared, name => {
          const own = charsetNamed(name)
          if (own === undefined) told.unreadable(`${contentType} in ${name}`)
          return own ? makeIn(own)(context, limit, told) : UNTOUCHED
        }),
    }
  const charset = charsetOf(contentType)
  return charset ? {kind: 'text', editor: makeIn(charset)} : {kind: 'unreadable'}
}

/** White space around a value stays. One with a blank within is no URL, unless a rule is asked for. */
function rewriter(run: RunRule, context: RewriteContext, told: BodyTold): RewriteText {
  const place: ValuePlace = {run, part: 'body'}
  const before = new Set<string>()
  const failed = (error: RewriteError) => {
    if (!before.has(error.rule)) told.failed(error)
    before.add(error.rule)
  }
  return (text, use) => {
    const value = text.trim()
    if (use?.rule === undefined && /\s/.test(value)) return undefined
    const made = rewriteValue(place, value, use, context, failed)
    return made === undefined || value.length === text.length ? made : text.replace(value, () => made)
  }
}

/** The same, and whoever listens is told of each event. */
function traced(change: ChangeEventText, {droppedBy}: EventRules, {trace}: RewriteContext): ChangeEventText {
  if (trace === undefined) return change
  return event => {
    const made = change(event)
    trace({
      kind: 'event',
      type: event.type,
      outcome: made === 'drop' ? 'dropped' : made === event ? 'stays' : 'changed',
      by: droppedBy(event.type),
    })
    return made
  }
}
