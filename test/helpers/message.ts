/** One HTTP/1.1 message as it stood on the wire; text is Latin-1. */
export interface Message {
  readonly startLine: string
  /** Flat: name, value … as sent. */
  readonly headers: readonly string[]
  /** Without the framing of chunks. */
  readonly body: string
  readonly trailers: readonly string[]
  /** How the body was delimited. */
  readonly framing: 'none' | 'length' | 'chunked' | 'end'
  /** Number of characters that the message took. */
  readonly size: number
}

/** How the end of a body without a length is to be understood. */
export interface ReadOptions {
  readonly kind: 'request' | 'response'
  /** The other side has ended. */
  readonly ended: boolean
  /** The response to a HEAD request, and other ones without a body. */
  readonly bodiless?: boolean
}

/** Reads the message at the start of `text`; undefined when it is not whole. Throws on broken chunks. */
export function readMessage(text: string, {kind, ended, bodiless}: ReadOptions): Message | undefined {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const [startLine = '', ...lines] = text.slice(0, headEnd).split('\r\n')
  const headers = lines.flatMap(cutField)
  const rest = text.slice(headEnd + 4)
  const head = {startLine, headers, trailers: []}
  const size = headEnd + 4
  if (bodiless || (kind === 'response' && /^HTTP\/1\.\d (?:1\d\d|204|304)/.test(startLine)))
    return {...head, body: '', framing: 'none', size}
  if (/chunked/i.test(fieldOf(headers, 'transfer-encoding') ?? '')) {
    const chunks = readChunks(rest)
    return chunks && {...head, ...chunks, framing: 'chunked', size: size + chunks.size}
  }
  const length = fieldOf(headers, 'content-length')
  if (length !== undefined) {
    const body = rest.slice(0, Number(length))
    return body.length < Number(length) ? undefined : {...head, body, framing: 'length', size: size + body.length}
  }
  if (kind === 'request') return {...head, body: '', framing: 'none', size}
  return ended ? {...head, body: rest, framing: 'end', size: text.length} : undefined
}

/** The first field of that name. */
export function fieldOf(headers: readonly string[], lowerName: string): string | undefined {
  const at = headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === lowerName)
  return at < 0 ? undefined : headers[at + 1]
}

function cutField(line: string): string[] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon), line.slice(colon + 1).trim()]
}

function readChunks(text: string): {body: string; trailers: string[]; size: number} | undefined {
  let at = 0
  let body = ''
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    if (Number.isNaN(size)) throw new Error(`no chunk size: ${text.slice(at, lineEnd)}`)
    at = lineEnd + 2
    if (size === 0) break
    if (text.length < at + size + 2) return undefined
    body += text.slice(at, at + size)
    at += size + 2
  }
  const end = text.startsWith('\r\n', at) ? at : text.indexOf('\r\n\r\n', at)
  if (end < 0) return undefined
  const trailers = end === at ? [] : text.slice(at, end).split('\r\n').flatMap(cutField)
  return {body, trailers, size: end === at ? at + 2 : end + 4}
}
