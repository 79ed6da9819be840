/** An event as a client emits it (WHATWG HTML §9.2.6). */
export interface ServerSentEvent {
  readonly type: string
  readonly data: string
  readonly lastEventId: string
}

/**
 * Reads an event stream as a client does, at any chunk boundary (WHATWG HTML §9.2.5 and §9.2.6): UTF-8
 * with one byte order mark taken off, what is no UTF-8 as U+FFFD. Scope: one stream; it holds one event.
 */
export class EventStreamParser {
  readonly #decoder = new TextDecoder()
  #line = ''
  #skipsLf = false
  #type = ''
  #id = ''
  #data: string[] = []
  /** A field of an event that is not whole. */
  #begun = false

  /** Whether a line or an event has begun and is not whole: at the end of a stream it is thrown away. */
  get begun(): boolean {
    return this.#begun || this.#line !== ''
  }

  /** The events that became whole. */
  push(chunk: Uint8Array): readonly ServerSentEvent[] {
    const events: ServerSentEvent[] = []
    const text = this.#decoder.decode(chunk, {stream: true})
    let start = this.#skipsLf && text.startsWith('\n') ? 1 : 0
    if (text !== '') this.#skipsLf = false
    const ends = /\r\n?|\n/g
    ends.lastIndex = start
    for (let end = ends.exec(text); end; end = ends.exec(text)) {
      this.#readLine(this.#line + text.slice(start, end.index), events)
      this.#line = ''
      start = ends.lastIndex
      this.#skipsLf = end[0] === '\r' && start === text.length
    }
    this.#line += text.slice(start)
    return events
  }

  #readLine(line: string, events: ServerSentEvent[]): void {
    if (line === '') this.#endEvent(events)
    else if (!line.startsWith(':')) {
      const colon = line.indexOf(':')
      this.#begun = true
      if (colon < 0) this.#readField(line, '')
      else this.#readField(line.slice(0, colon), line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1))
    }
  }

  #readField(name: string, value: string): void {
    if (name === 'data') this.#data.push(value)
    else if (name === 'event') this.#type = value
    else if (name === 'id' && !value.includes('\0')) this.#id = value
  }

  #endEvent(events: ServerSentEvent[]): void {
    if (this.#data.length > 0)
      events.push({type: this.#type || 'message', data: this.#data.join('\n'), lastEventId: this.#id})
    this.#data = []
    this.#type = ''
    this.#begun = false
  }
}
