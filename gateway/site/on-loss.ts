import type {Param} from '../common/params.js'

/** What is done when a service is lost in the middle of a stream. */
export type OnLoss =
  | 'abort'
  | 'resume'
  /** `event:` and what `lossEventOf` reads. */
  | `event:${string}`

const EVENT = 'event:'

/** `abort`, `resume`, or `event:` with the text of an event. */
export function onLoss(doc: string): Param<OnLoss> {
  return {
    doc,
    default: 'abort',
    unit: 'abort | resume | event:…',
    read(given) {
      const text = given.trim()
      const word = text.toLowerCase()
      if (word === 'abort' || word === 'resume') return word
      if (!word.startsWith(EVENT)) throw new RangeError(`"${text.slice(0, 80)}" is none of abort, resume, event:…`)
      const event: OnLoss = `event:${text.slice(EVENT.length)}`
      if (lossEventOf(event)?.data === '') throw new RangeError('event: has no data')
      return event
    },
  }
}

/**
 * The event of `event:`: its data, or its type, a space and its data. What begins with a bracket or a
 * quotation mark is data: `event:error {"code":502}`, `event:{"error":"lost"}`. Undefined: it is no event.
 */
export function lossEventOf(value: OnLoss): {readonly type: string; readonly data: string} | undefined {
  if (value === 'abort' || value === 'resume') return undefined
  const text = value.slice(EVENT.length).trim()
  const [, type = '', data = ''] = /^([^\s{["][^\s]*)\s+(.*)$/s.exec(text) ?? []
  return data === '' ? {type: '', data: text} : {type, data}
}
