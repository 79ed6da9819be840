import type {ServerResponse} from 'node:http'
import type {Headers} from '../../http/headers.js'

/**
 * Passes an interim response to the client (RFC 9110 §15.2): 102 and 103. 100 is the gateway's own
 * business, and others are not known to be wanted. Nothing goes to HTTP/1.0, nor after the head.
 */
export function inform(res: ServerResponse, status: number, headers: Headers): void {
  if (res.headersSent || res.destroyed || res.req.httpVersion !== '1.1') return
  if (status === 102) res.writeProcessing()
  else if (status === 103) res.writeEarlyHints(hints(headers))
}

function hints(headers: Headers): Record<string, string | string[]> {
  const named: Record<string, string[]> = {}
  for (let i = 0; i < headers.length; i += 2) {
    const name = (headers[i] ?? '').toLowerCase()
    named[name] = [...(named[name] ?? []), headers[i + 1] ?? '']
  }
  return named
}
