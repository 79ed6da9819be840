/** An event as a client sees it (WHATWG HTML §9.2.6). */
export interface ReadEvent {
  /** `message` where the block names none. */
  readonly type: string
  readonly data: string
}

/** Reads a whole block without a byte order mark; what has no data is an event to nobody. */
export function readEvent(block: Uint8Array): ReadEvent {
  let type = ''
  const data: string[] = []
  for (const line of new TextDecoder('utf-8', {ignoreBOM: true}).decode(block).split(/\r\n|\r|\n/)) {
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (name === 'event') type = value
    else if (name === 'data') data.push(value)
  }
  return {type: type === '' ? 'message' : type, data: data.join('\n')}
}
