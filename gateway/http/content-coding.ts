import {
  constants,
  createBrotliCompress,
  createBrotliDecompress,
  createDeflate,
  createGunzip,
  createGzip,
  createInflate,
} from 'node:zlib'
import {remember} from '../common/remember.js'
import type {Body, Sink} from './body.js'
import {type Headers, valueOf} from './headers.js'

/** What does or undoes a content coding: a transform that gives back what it has after each chunk. */
type Coder = ReturnType<typeof createGunzip> | ReturnType<typeof createBrotliDecompress>

const DECODERS: Readonly<Record<string, () => Coder>> = {
  gzip: () => createGunzip({flush: constants.Z_SYNC_FLUSH}),
  'x-gzip': () => createGunzip({flush: constants.Z_SYNC_FLUSH}),
  deflate: () => createInflate({flush: constants.Z_SYNC_FLUSH}),
  br: () => createBrotliDecompress({flush: constants.BROTLI_OPERATION_FLUSH}),
}

/** Quality 11, brotli's own default, takes a hundred times as long. */
const BROTLI_QUALITY = 4

const ENCODERS: Readonly<Record<string, () => Coder>> = {
  gzip: () => createGzip({flush: constants.Z_SYNC_FLUSH}),
  'x-gzip': () => createGzip({flush: constants.Z_SYNC_FLUSH}),
  deflate: () => createDeflate({flush: constants.Z_SYNC_FLUSH}),
  br: () =>
    createBrotliCompress({
      flush: constants.BROTLI_OPERATION_FLUSH,
      params: {[constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY},
    }),
}

/**
 * A body without its content coding (RFC 9110 §8.4.1), each chunk as soon as it came. It fails where
 * the coding is broken or ends too early. Undefined for a coding that is not known here.
 */
export function decodedBody(body: Body, coding: string): Body | undefined {
  return through(body, Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined)
}

/** A body in a content coding, each chunk as soon as it came. Undefined for a coding that is not known here. */
export function encodedBody(body: Body, coding: string): Body | undefined {
  return through(body, Object.hasOwn(ENCODERS, coding) ? ENCODERS[coding] : undefined)
}

/** The content coding that headers name, in lower case; empty: none. */
export function codingOf(headers: Headers): string {
  const coding = valueOf(headers, 'content-encoding')?.trim().toLowerCase() ?? ''
  return coding === 'identity' ? '' : coding
}

/** Accept-Encoding with those codings alone that can be undone and done again here (RFC 9110 §12.5.3). Few kinds of clients make most requests (scope: process). */
export const knownCodings = remember((accepted: string): string => {
  const known = accepted
    .split(',')
    .filter(each => /^(x-gzip|gzip|deflate|br|identity)$/i.test(each.split(';', 1)[0]?.trim() ?? ''))
  return known.length > 0 ? known.map(each => each.trim()).join(', ') : 'identity'
}, 100)

function through(body: Body, create: (() => Coder) | undefined): Body | undefined {
  if (!create) return undefined
  return {
    flow(into) {
      body.flow(feeding(create(), into))
    },
    discard: () => body.discard(),
  }
}

function feeding(coder: Coder, into: Sink): Sink {
  let over = false
  const fail = (error: Error) => {
    if (over) return
    over = true
    coder.destroy()
    into.fail(error)
  }
  coder.on('data', (chunk: Uint8Array) => {
    if (over || into.write(chunk)) return
    coder.pause()
    into.drained(() => coder.resume())
  })
  coder.on('error', fail)
  coder.on('end', () => {
    if (over) return
    over = true
    into.end()
  })
  return {
    write: chunk => !over && coder.write(chunk),
    drained: again => coder.once('drain', again),
    end: () => coder.end(),
    fail,
  }
}
