import type {IncomingMessage, ServerResponse} from 'node:http'
import {GatewayError} from '../common/errors.js'
import type {Body, Sink} from '../http/body.js'

/** What is wanted of a client's body. */
export interface BodySource {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** The client waits for 100 Continue, which it gets when the body is first wanted. */
  readonly expects: boolean
}

/**
 * A client's body. `limit` in bytes, 0: none. Fails with 413 past the limit, and when the client
 * leaves before its end. Trailers are not passed on.
 */
export function clientBody({req, res, expects}: BodySource, limit: number): Body {
  return {
    flow(into) {
      if (expects) res.writeContinue()
      pump(req, into, limit)
    },
    discard() {
      req.resume()
    },
  }
}

function pump(req: IncomingMessage, into: Sink, limit: number): void {
  let bytes = 0
  let over = false
  const finish = (error?: Error) => {
    if (over) return
    over = true
    if (error) into.fail(error)
    else into.end()
  }
  req.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length
    if (over) return
    if (limit > 0 && bytes > limit) finish(tooLarge())
    else if (!into.write(chunk)) {
      req.pause()
      into.drained(() => req.resume())
    }
  })
  req.on('end', () => finish())
  req.on('error', finish)
  req.on('close', () => finish(new Error('the client left before the end of its body')))
}

/** What a body over the limit is answered with. */
export function tooLarge(): GatewayError {
  return new GatewayError(413, 'body-too-large', 'The body of the request is too large.')
}
