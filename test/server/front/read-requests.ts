import {GatewayError} from '../../../gateway/common/errors.js'
import {HeadTooLarge, MalformedMessage} from '../../../gateway/http/wire/malformed-message.js'
import {requestFields} from '../../../gateway/server/front/request.js'
import type {SentHead} from '../../../gateway/server/front/request-line.js'
import {RequestReader} from '../../../gateway/server/front/request-reader.js'

/** A request as it was read; its body is Latin-1. */
export interface ReadRequest extends SentHead {
  readonly body: string
}

/** What a reader made of some bytes. */
export interface Reading {
  /** The whole ones, in order. */
  readonly requests: readonly ReadRequest[]
  /** What came of the rest: nothing was there, it is not whole, it is no request, it is refused with a status, or it is another protocol. */
  readonly end: 'clean' | 'cut' | 'malformed' | 'too large' | 'preface' | number
}

const LIMITS = {fields: 200, target: 0, body: 0, bodySilence: 0, bodyRate: 0}

/** Reads the requests in these pieces, as a connection does. Throws what no reader may throw. */
export function readRequests(pieces: readonly Uint8Array[], maxHead = 16_384): Reading {
  const requests: ReadRequest[] = []
  let current: SentHead | undefined
  let body = ''
  let whole = false
  let end: Reading['end'] | undefined
  const reader = new RequestReader(
    {
      asked(head) {
        current = head
        body = ''
        const {chunked, contentLength = 0} = requestFields(head, LIMITS)
        reader.expect(chunked ? 'chunked' : contentLength)
        whole = !reader.inBody
      },
      took(chunk) {
        if (chunk.length === 0 || whole) throw new Error('no bytes, or bytes behind the end')
        body += Buffer.from(chunk).toString('latin1')
      },
      completed() {
        whole = true
      },
      preface() {
        end = 'preface'
      },
    },
    maxHead,
  )
  const read = (piece: Buffer) => {
    for (let at = 0; at < piece.length && end === undefined; ) {
      at = reader.push(piece, at)
      if (!whole || !current) continue
      requests.push({...current, body})
      current = undefined
      whole = false
      reader.next()
    }
  }
  try {
    // A copy: the reader moves bytes about.
    for (const piece of pieces) read(Buffer.from(piece))
  } catch (error) {
    end = failed(error)
  }
  return {requests, end: end ?? (current || reader.inHead ? 'cut' : 'clean')}
}

function failed(error: unknown): Reading['end'] {
  if (error instanceof HeadTooLarge) return 'too large'
  if (error instanceof MalformedMessage) return 'malformed'
  if (error instanceof GatewayError) return error.status
  throw error
}
