import type {Log} from '../common/log.js'
import type {Body} from '../http/body.js'
import {codingOf, decodedBody, encodedBody, isKnownCoding} from '../http/content-coding.js'
import {editedHeaders} from '../http/edited-headers.js'
import {type Headers, valueOf} from '../http/headers.js'
import type {Exchange} from '../pipeline/exchange.js'
import type {BodyChange, BodyRewriter, BodyTold} from '../rewrite/body-rewriter.js'
import {ValueTooLongError} from '../rewrite/content/value-too-long-error.js'
import type {RewriteContext} from '../rewrite/rewrite-function.js'
import type {TraceStep} from '../rewrite/trace.js'
import {type EditingFailed, editedBody, type Pace} from './edited-body.js'
import {editedEvents} from './edited-events.js'

/** What editing a body needs. */
export interface EditingParts extends Pace {
  /** Bytes of a value that is held back: `gateway.rewrite.value.limit`. */
  readonly limit: number
  readonly log: Log
  /** Told each step of rewriting, for `explain`. */
  readonly trace: ((step: TraceStep) => void) | undefined
}

/** What values of an exchange are rewritten with; made when a rule may be run. */
export type ContextOf = (exchange: Exchange) => RewriteContext

/** Headers and body of a request or a response. */
export interface Message<B extends Body | undefined> {
  readonly headers: Headers
  readonly body: B
}

/** Edits the bodies of one route in one direction. Gives the message itself when its body passes as it came. */
export interface MessageEditor {
  edit<B extends Body | undefined>(message: Message<B>, exchange: Exchange): Message<B | Body>
}

/** A body in a content coding is edited without it, and coded again. What cannot be read is told once for all routes that share it. */
export function messageEditor(rewriter: BodyRewriter, parts: EditingParts, contextOf: ContextOf): MessageEditor {
  const {limit, log, trace, ...pace} = parts
  const told = new Set<string>()
  const tellOnce = (message: string, what: string, id: string) => {
    if (!told.has(what)) log.warn(message, {id, what, filter: rewriter.filter})
    told.add(what)
  }

  function edited(body: Body, change: Edit, coding: string, context: RewriteContext, tell: EditingTold): Body {
    const plain = decodedBody(body, coding, tell.undecodable) ?? body
    const made =
      change.kind === 'events'
        ? editedEvents(plain, change.change(context, limit, tell), limit, tell.stopped)
        : editedBody(plain, change.editor(context, limit, tell), pace, tell.stopped)
    return encodedBody(made, coding) ?? made
  }

  return {
    edit(message, exchange) {
      const {headers, body} = message
      const type = valueOf(headers, 'content-type')
      if (type === undefined) return message
      trace?.(rewriter.about(type))
      const change = rewriter.of(type)
      if (change === undefined) return message
      if (body === undefined) return {headers: editedHeaders(headers), body}
      const {id} = exchange
      const coding = codingOf(headers)
      const unreadable = (what: string) => {
        tellOnce('body cannot be read, it passes as it came', what, id)
        return message
      }
      if (change.kind === 'unreadable') return unreadable(type)
      if (!isKnownCoding(coding)) return unreadable(`Content-Encoding: ${coding}`)
      const context = contextOf(exchange)
      // Most of what it takes is made when the bytes begin to flow: those of many never do.
      const flow: Body['flow'] = into =>
        edited(body, change, coding, context, toldOf(log, rewriter.filter, type, id, unreadable)).flow(into)
      return {headers: editedHeaders(headers), body: {flow, discard: () => body.discard()}}
    },
  }
}

type Edit = Exclude<BodyChange, {kind: 'unreadable'}>

/** What is told of one body, and of an editor that could not go on. */
interface EditingTold extends BodyTold {
  readonly stopped: EditingFailed
  /** The bytes are not in the content coding that they are said to be in. */
  undecodable(error: Error): void
}

function toldOf(
  log: Log,
  filter: string | undefined,
  type: string,
  id: string,
  unreadable: (what: string) => void,
): EditingTold {
  return {
    failed: error => log.warn('value stays as it came', {id, filter, rule: error.rule, cause: error.message}),
    broken: (offset, why) =>
      log.warn('body is not what its type says, it passes as it came from there', {id, filter, type, offset, why}),
    unreadable,
    undecodable: error =>
      log.warn('body is not in the coding it is said to be in, it is broken off', {id, filter, cause: error.message}),
    stopped(error, offset) {
      const rule = error instanceof ValueTooLongError ? error.rule : undefined
      log.warn('body cannot be rewritten, it is broken off', {id, filter, rule, type, offset, cause: error.message})
    },
  }
}
