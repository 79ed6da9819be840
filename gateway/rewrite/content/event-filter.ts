import type {ContentDescriptor, EventDropDescriptor, EventPartDescriptor} from '../../descriptor/rewrite-descriptor.js'
import type {Change, EditorParts} from './editor.js'
import {type FilterPart, filterParts} from './filter-parts.js'
import {JsonEditor} from './json-editor.js'
import {parseJsonPath} from './json-path.js'
import type {Place} from './places.js'

/** An event of a stream; text holds a byte in each character. */
export interface EventText {
  readonly type: string
  readonly data: string
  readonly id: string | undefined
}

/** What a filter says of events. */
export interface EventRules {
  /** What becomes of an event: the very same object for one that stays. */
  change(event: EventText, parts: EditorParts): EventText | 'drop'
  /** The part that drops events of a type: a `drop`, or an `allow` for others alone. Undefined: they pass. */
  droppedBy(type: string): EventDropDescriptor | undefined
}

type Apply = Extract<EventPartDescriptor, {kind: 'apply'}>

/** What a filter does with the events of one type. */
interface TypePlan {
  readonly droppedBy: EventDropDescriptor | undefined
  readonly data: Apply | undefined
  readonly id: Apply | undefined
  readonly type: Apply | undefined
  /** Strings within data that is JSON. */
  readonly json: Place<FilterPart> | undefined
}

/**
 * What a filter says of events, by their types (`*`: all): types that are dropped, the only ones that pass where some are allowed, and
 * rules for data, for an ID, for the type itself, or for strings that JSON paths select. Undefined: it says nothing.
 */
export function eventRules({events = []}: ContentDescriptor): EventRules | undefined {
  if (events.length === 0) return undefined
  const plans = new Map<string, TypePlan>()
  const others = planFor(events, '*')
  for (const {event} of events) plans.set(event, planFor(events, event))
  const planOf = (type: string) => plans.get(type) ?? others
  return {
    change: (event, parts) => changed(event, planOf(event.type), parts),
    droppedBy: type => planOf(type).droppedBy,
  }
}

function planFor(events: readonly EventPartDescriptor[], type: string): TypePlan {
  const own = events.filter(({event}) => event === '*' || event === type)
  const applies = own.filter(part => part.kind === 'apply')
  const json = applies.filter(({path}) => path.startsWith('$'))
  const find = (path: string) => applies.find(part => part.path === path)
  return {
    droppedBy: dropperOf(events, own),
    data: find('data'),
    id: find('id'),
    type: find('event'),
    json: json.length > 0 ? filterParts(json, parseJsonPath) : undefined,
  }
}

function dropperOf(
  all: readonly EventPartDescriptor[],
  own: readonly EventPartDescriptor[],
): EventDropDescriptor | undefined {
  const parts = all.filter(part => part.kind !== 'apply')
  const allows = parts.filter(({kind}) => kind === 'allow')
  const drop = parts.find(part => part.kind === 'drop' && own.includes(part))
  return drop ?? (allows.some(part => own.includes(part)) ? undefined : allows[0])
}

function changed(event: EventText, plan: TypePlan, parts: EditorParts): EventText | 'drop' {
  if (plan.droppedBy) return 'drop'
  const type = by(plan.type, event.type, parts.change)
  const id = event.id === undefined ? undefined : by(plan.id, event.id, parts.change)
  const data = inJson(plan.json, by(plan.data, event.data, parts.change), parts)
  return type === event.type && id === event.id && data === event.data ? event : {type, id, data}
}

const by = (apply: Apply | undefined, bytes: string, change: Change) => (apply ? change(bytes, apply) : bytes)

function inJson(top: Place<FilterPart> | undefined, data: string, parts: EditorParts): string {
  // Not all data is JSON: `[DONE]` of language models is not, nor is the address of an `endpoint`.
  if (top === undefined || !/^\s*(\{|\[(?!DONE\]))/.test(data)) return data
  const editor = new JsonEditor(top, false, parts)
  return editor.push(data) + editor.end()
}
