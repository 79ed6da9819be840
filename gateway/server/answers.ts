import {STATUS_CODES} from 'node:http'
import {GatewayError} from '../common/errors.js'
import {bytesBody} from '../http/body.js'
import type {Headers} from '../http/headers.js'
import type {GatewayResponse} from '../pipeline/exchange.js'

/** A failure as it is told: never a stack trace, never an address inside the cluster. */
export interface Failure {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly headers?: Headers
}

/** What an error tells the client; one that is none of ours is a 500 without its message. */
export function failureOf(error: unknown): Failure {
  if (error instanceof GatewayError)
    return {status: error.status, code: error.code, message: error.message, headers: error.headers}
  return {status: 500, code: 'internal', message: 'The gateway failed.'}
}

/** The answer to a failure: small JSON, or HTML for a client whose Accept asks for it. */
export function failureAnswer(failure: Failure, id: string, accept: string | undefined): GatewayResponse {
  const html = accept !== undefined && /\btext\/html\b/i.test(accept)
  const text = html ? asHtml(failure, id) : asJson(failure, id)
  return answer(failure.status, html ? 'text/html; charset=utf-8' : 'application/json', text, failure.headers)
}

/** The same as a whole HTTP/1.1 message that ends its connection, for where there is no response to write to. */
export function failureText(failure: Failure, id: string): string {
  const text = asJson(failure, id)
  const line = `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status] ?? ''}`
  return `${line}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`
}

/** A whole response of the gateway's own. */
export function answer(status: number, contentType: string, text: string, more: Headers = []): GatewayResponse {
  const bytes = Buffer.from(text)
  const headers = [
    'Content-Type',
    contentType,
    'Content-Length',
    String(bytes.length),
    'Cache-Control',
    'no-store',
    ...more,
  ]
  return {status, headers, body: bytesBody(bytes), own: true}
}

function asJson({status, code, message}: Failure, id: string): string {
  return `${JSON.stringify({status, error: code, message, requestId: id})}\n`
}

function asHtml({status, message}: Failure, id: string): string {
  const title = `${status} ${STATUS_CODES[status] ?? ''}`.trim()
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1><p>${escaped(message)}</p><p>Request <code>${escaped(id)}</code></p></html>\n`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
