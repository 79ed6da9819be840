import type {ClientRequest, IncomingMessage} from 'node:http'
import {systemClock} from '../common/clock.js'
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
  const {request} = url.startsWith('https:') ? await import('node:https') : await import('node:http')
  return new Promise((resolve, reject) => {
    const {method = 'GET', headers = [], body, ca, timeout} = question
    // what has a body is not sent twice, and so not on a connection that its server may be closing
    const agent = body === undefined ? {} : {agent: false}
    const sent = request(url, {method, ...agent, ...(ca && {ca: [...ca]})})
    const cancel = systemClock.after(timeout, () => sent.destroy(new Error(`no whole answer in ${timeout} ms`)))
    const failed = (error: Error) => (isStale(sent, error) ? resolve(ask(url, question)) : reject(error))
    sent.on('error', failed).on('close', cancel)
    sent.on('response', response => {
      sent.off('error', failed).on('error', reject)
      response.on('error', reject)
      gather(response, question.limit, resolve)
    })
    for (let i = 0; i < headers.length; i += 2) sent.appendHeader(headers[i] ?? '', headers[i + 1] ?? '')
    sent.end(body)
  })
}

/** Whether a connection of before was closed by its server while it was taken again (RFC 9112 §9.3.1). */
const isStale = ({reusedSocket}: ClientRequest, error: Error) =>
  reusedSocket && 'code' in error && error.code === 'ECONNRESET'

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
