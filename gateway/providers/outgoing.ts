import type {IncomingMessage} from 'node:http'
import type {Headers} from '../http/headers.js'

/** What is asked of an identity provider; `limit` in bytes of its answer, `timeout` in ms for the whole of it. */
export interface Question {
  readonly method?: string
  readonly headers?: Headers
  readonly body?: string | Uint8Array
  /** PEM texts of authorities that are trusted instead of the system's. */
  readonly ca?: readonly string[] | undefined
  readonly limit: number
  readonly timeout: number
}

/** Its whole answer. */
export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/**
 * Asks an identity provider. Redirects are answers like any other: nobody leads the gateway elsewhere. Rejects when
 * there is no whole answer in time, or one that is too long.
 */
export async function ask(url: string, question: Question): Promise<Answered> {
  const {method = 'GET', headers = [], body, ca, timeout} = question
  const {request} = url.startsWith('https:') ? await import('node:https') : await import('node:http')
  return new Promise((resolve, reject) => {
    const options = {method, signal: AbortSignal.timeout(timeout), ...(ca && {ca: [...ca]})}
    const sent = request(url, options, response => gather(response, question.limit, resolve))
    sent.on('response', response => response.on('error', reject))
    sent.on('error', reject)
    for (let i = 0; i < headers.length; i += 2) sent.appendHeader(headers[i] ?? '', headers[i + 1] ?? '')
    sent.end(body)
  })
}

function gather(response: IncomingMessage, limit: number, whole: (answered: Answered) => void): void {
  const chunks: Buffer[] = []
  let length = 0
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    length += chunk.length
    if (length > limit) response.destroy(new Error(`the answer is longer than ${limit} bytes`))
  })
  response.on('end', () => {
    const text = Buffer.concat(chunks).toString()
    whole({status: response.statusCode ?? 0, headers: response.rawHeaders, text})
  })
}
