import {rememberText} from '../common/remember.js'
import type {Direction, FilterDescriptor} from '../descriptor/rewrite-descriptor.js'
import {isEventStream, mediaTypeOf} from '../http/headers.js'
import {bodyEditors} from './content/body-editors.js'
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
  /** Whether bodies of that Content-Type are changed. */
  changes(contentType: string): boolean
  /** Why they are, or are not. */
  about(contentType: string): BodyStep
  /**
   * Makes what changes one body, when its bytes begin to flow. The body is plain: without content coding. Undefined: it passes
   * as it came. `limit`: bytes of a value.
   */
  editor(contentType: string, context: RewriteContext, limit: number, told: BodyTold): (() => Editor) | undefined
  /** What becomes of the events of one stream. Undefined: they pass as they came. */
  events(context: RewriteContext, limit: number, told: BodyTold): ChangeEventText | undefined
}

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
  /** A service has a few types, and a body is asked about more than once. */
  const known = rememberText((contentType: string) => {
    const maker = editorFor(mediaTypeOf(contentType))
    const declared = charsetNameIn(contentType) === undefined ? maker?.declared : undefined
    return {maker, declared, charset: charsetOf(contentType), isEvents: isEventStream(contentType)}
  }, MOST_TYPES)
  const content = filter && contentFor(filter, EVENT_STREAM)
  const ofEvents = content && eventRules(content)
  const utf8 = charsetOf('')
  const changes = (contentType: string) => {
    const {isEvents, maker} = known(contentType)
    return (isEvents ? ofEvents : maker) !== undefined
  }
  return {
    filter: name,
    changesAny: filter === undefined ? hasRules : filter.contents.length > 0,
    changes,
    about(type) {
      const content = filter && contentFor(filter, mediaTypeOf(type))
      return {kind: 'body', type, filter: filter?.name, content: content?.at, isChanged: changes(type)}
    },
    events(context, limit, told) {
      if (ofEvents === undefined || utf8 === undefined) return undefined
      const parts = {change: changeIn(utf8, rewriter(run, context, told)), broken: told.broken, limit}
      return traced(event => ofEvents.change(event, parts), ofEvents, context)
    },
    editor(contentType, context, limit, told) {
      const {maker, declared, charset} = known(contentType)
      if (maker === undefined) return undefined
      const make = (charset: Charset) =>
        maker.make({change: changeIn(charset, rewriter(run, context, told)), broken: told.broken, limit})
      if (declared)
        return () =>
          whenDeclared(declared, name => {
            const own = charsetNamed(name)
            if (own === undefined) told.unreadable(`${contentType} in ${name}`)
            return own ? make(own) : UNTOUCHED
          })
      if (charset === undefined) told.unreadable(contentType)
      return charset && (() => make(charset))
    },
  }
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
