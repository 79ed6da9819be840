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

/** Quality 11, brotli's own default, takes a hundred times as long; a window of 256 KB bounds what a body takes of memory. */
const BROTLI = {[constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 18}

const ENCODERS: Readonly<Record<string, () => Coder>> = {
  gzip: () => createGzip({flush: constants.Z_SYNC_FLUSH}),
  'x-gzip': () => createGzip({flush: constants.Z_SYNC_FLUSH}),
  deflate: () => createDeflate({flush: constants.Z_SYNC_FLUSH}),
  br: () => createBrotliCompress({flush: constants.BROTLI_OPERATION_FLUSH, params: BROTLI}),
}

/** For bodies that are open for long, and many at a time: a third less memory than gzip has by default, a quarter of what brotli takes. */
const STREAM_ENCODERS: typeof ENCODERS = {
  ...ENCODERS,
  gzip: () => createGzip({flush: constants.Z_SYNC_FLUSH, windowBits: 13, memLevel: 6, chunkSize: 1024}),
}

/** Tells when a body is wanted no more: it calls what lets go of what was held for it. */
type OnGone = (release: () => void) => void

/**
 * A body without its content coding (RFC 9110 §8.4.1), each chunk as soon as it came. It fails where
 * the coding is broken or ends too early. Undefined for a coding that is not known here.
 */
export function decodedBody(body: Body, coding: string): Body | undefined {
  return through(body, Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined)
}

/** A body in a content coding, each chunk as soon as it came. Undefined for a coding that is not known here. */
export function encodedBody(body: Body, coding: string, onGone?: OnGone): Body | undefined {
  return through(body, Object.hasOwn(ENCODERS, coding) ? ENCODERS[coding] : undefined, onGone)
}

/** The same for a body that is open for long, such as an event stream. */
export function encodedStream(body: Body, coding: string, onGone: OnGone): Body | undefined {
  return through(body, Object.hasOwn(STREAM_ENCODERS, coding) ? STREAM_ENCODERS[coding] : undefined, onGone)
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

function through(body: Body, create: (() => Coder) | undefined, onGone?: OnGone): Body | undefined {
  if (!create) return undefined
  return {
    flow(into) {
      const sink = new CodingSink(create(), into)
      onGone?.(() => sink.release())
      body.flow(sink)
    },
    discard: () => body.discard(),
  }
}

/** Takes the bytes of a body and gives them on in, or without, a content coding. Scope: one body. */
class CodingSink implements Sink {
  readonly #coder: Coder
  readonly #into: Sink
  #ended = false
  #over = false

  constructor(coder: Coder, into: Sink) {
    this.#coder = coder
    this.#into = into
    coder.on('data', (chunk: Uint8Array) => this.#give(chunk))
    coder.on('error', (error: Error) => this.fail(error))
  }

  write(chunk: Uint8Array): boolean {
    return !this.#over && this.#coder.write(chunk)
  }

  drained(again: () => void): void {
    this.#coder.once('drain', again)
  }

  end(trailers?: Headers): void {
    this.#ended = true
    this.#coder.once('end', () => {
      if (this.#over) return
      this.#over = true
      this.#into.end(trailers)
    })
    this.#coder.end()
  }

  fail(error: Error): void {
    if (this.#over) return
    this.release()
    this.#into.fail(error)
  }

  /** Bytes before the coding and after it; 1 while only the coding's own end is to come. */
  get waiting(): number {
    const {writableLength, readableLength} = this.#coder
    const own = writableLength + readableLength
    return (this.#into.waiting ?? 0) + (own === 0 && this.#ended && !this.#over ? 1 : own)
  }

  release(): void {
    this.#over = true
    this.#coder.destroy()
  }

  #give(chunk: Uint8Array): void {
    if (this.#over || this.#into.write(chunk)) return
    this.#coder.pause()
    this.#into.drained(() => this.#coder.resume())
  }
}
