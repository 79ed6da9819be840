import {constants, createBrotliDecompress, createGunzip, createInflate} from 'node:zlib'
import type {Body, Sink} from '../http/body.js'

/** What undoes a content coding: a transform that gives back what it has after each chunk. */
type Decoder = ReturnType<typeof createGunzip> | ReturnType<typeof createBrotliDecompress>

const DECODERS: Readonly<Record<string, () => Decoder>> = {
  gzip: () => createGunzip({flush: constants.Z_SYNC_FLUSH}),
  'x-gzip': () => createGunzip({flush: constants.Z_SYNC_FLUSH}),
  deflate: () => createInflate({flush: constants.Z_SYNC_FLUSH}),
  br: () => createBrotliDecompress({flush: constants.BROTLI_OPERATION_FLUSH}),
}

/**
 * A body without its content coding (RFC 9110 §8.4.1), each chunk as soon as it came. It fails where
 * the coding is broken or ends too early. Undefined for a coding that is not known here.
 */
export function decodedBody(body: Body, coding: string): Body | undefined {
  const create = Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined
  if (!create) return undefined
  return {
    flow(into) {
      const decoder = create()
      body.flow(feeding(decoder, into))
    },
    discard: () => body.discard(),
  }
}

function feeding(decoder: Decoder, into: Sink): Sink {
  let over = false
  const fail = (error: Error) => {
    if (over) return
    over = true
    decoder.destroy()
    into.fail(error)
  }
  decoder.on('data', (chunk: Uint8Array) => {
    if (over || into.write(chunk)) return
    decoder.pause()
    into.drained(() => decoder.resume())
  })
  decoder.on('error', fail)
  decoder.on('end', () => {
    if (over) return
    over = true
    into.end()
  })
  return {
    write: chunk => !over && decoder.write(chunk),
    drained: again => decoder.once('drain', again),
    end: () => decoder.end(),
    fail,
  }
}
