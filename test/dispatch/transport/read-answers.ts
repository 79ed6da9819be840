import type {ResponseHead} from '../../../gateway/dispatch/transport/response-head.js'
import {ResponseReader} from '../../../gateway/dispatch/transport/response-reader.js'
import {MalformedMessage} from '../../../gateway/http/wire/malformed-message.js'

/** What a reader made of an answer. */
export interface Outcome {
  readonly interim: readonly number[]
  readonly status: number
  readonly headers: readonly string[]
  readonly body: string
  readonly trailers: readonly string[] | undefined
  readonly end: 'whole' | 'clean' | 'cut' | 'malformed'
}

/** Reads an answer in these pieces; `ends`: the connection then ends. Throws what is no MalformedMessage. */
export function readAnswer(pieces: readonly Uint8Array[], method: string, ends: boolean, maxHead = 16_384): Outcome {
  const interim: number[] = []
  let head: ResponseHead | undefined
  let body = ''
  let trailers: readonly string[] | undefined
  let end: Outcome['end'] = 'cut'
  let steps = 0
  const inOrder = (step: number, condition: boolean) => {
    if (!condition || step < steps) throw new Error(`step ${step} after ${steps}`)
    steps = step
  }
  const reader = new ResponseReader(
    {
      informed(each) {
        inOrder(1, true)
        interim.push(each.status)
      },
      answered(each) {
        inOrder(2, head === undefined)
        head = each
      },
      took(chunk) {
        inOrder(3, chunk.length > 0 && head !== undefined)
        body += Buffer.from(chunk).toString('latin1')
      },
      completed(each, clean) {
        inOrder(4, trailers === undefined)
        trailers = each
        end = clean ? 'clean' : 'whole'
      },
    },
    maxHead,
  )
  reader.begin(method)
  try {
    // A copy: the reader moves bytes about.
    for (const piece of pieces) reader.push(Buffer.from(piece))
    if (ends) reader.end()
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error
    end = 'malformed'
  }
  const {status = 0, headers = []} = head ?? {}
  return {interim, status, headers, body, trailers, end}
}

/** Cuts bytes at these places. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [0, ...places.map(place => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  return sorted.slice(1).map((to, i) => bytes.subarray(sorted[i], to))
}
