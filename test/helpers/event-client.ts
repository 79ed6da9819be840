import {get, type IncomingMessage} from 'node:http'
import type {ExecutionContext} from 'ava'
import {createParser, type EventSourceMessage} from 'eventsource-parser'

/** A client of one stream that does not come back. */
export class EventClient {
  readonly events: EventSourceMessage[] = []
  text = ''
  ended: 'no' | 'whole' | 'broken' = 'no'
  readonly response: IncomingMessage
  #waiting: (() => void)[] = []

  constructor(response: IncomingMessage) {
    this.response = response
    const parser = createParser({onEvent: event => this.events.push(event)})
    response.setEncoding('utf8')
    response.on('data', (text: string) => {
      this.text += text
      parser.feed(text)
      this.#changed()
    })
    const over = (ended: 'whole' | 'broken') => {
      if (this.ended === 'no') this.ended = ended
      this.#changed()
    }
    response.on('end', () => over('whole'))
    response.on('error', () => over('broken'))
  }

  get data(): string[] {
    return this.events.map(({data}) => data)
  }

  /** Waits for so many events, or the end. */
  async until(count: number): Promise<void> {
    while (this.events.length < count && this.ended === 'no') await this.#change()
  }

  async over(): Promise<void> {
    while (this.ended === 'no') await this.#change()
  }

  #change(): Promise<void> {
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  #changed(): void {
    for (const look of this.#waiting.splice(0)) look()
  }
}

/** Opens a stream; the client leaves with the test. */
export function eventClient(
  t: ExecutionContext,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventClient> {
  return new Promise((resolve, reject) => {
    const request = get(url, {agent: false, headers: {Accept: 'text/event-stream', ...headers}})
    request.on('response', response => resolve(new EventClient(response)))
    request.on('error', reject)
    t.teardown(() => request.destroy())
  })
}
