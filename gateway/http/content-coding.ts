import {
  constants,
  createBrotliCompress,
  createBrotliDecompress,
  createDeflate,
  createGunzip,
  createGzip,
  createInflate,
  createInflateRaw,
} from 'node:zlib'
import {rememberText} from '../common/remember.js'
import type {Body, Sink} from './body.js'
import {type Headers, valueOf} from './headers.js'

/** What does or undoes a content coding: a transform that gives back what it has after each chunk. */
type Coder = ReturnType<typeof createGunzip> | ReturnType<typeof createBrotliDecompress>

/** Makes what a body is sent through, from its first chunk. */
type MakeCoder = (first: Uint8Array) => Coder

const DECODERS: Readonly<Record<string, MakeCoder>> = {
  gzip: () => createGunzip({flush: constants.Z_SYNC_FLUSH}),
  'x-gzip': () => createGunzip({flush: constants.Z_SYNC_FLUSH}),
  deflate: first => (hasZlibHead(first) ? createInflate : createInflateRaw)({flush: constants.Z_SYNC_FLUSH}),
  br: () => createBrotliDecompress({flush: constants.BROTLI_OPERATION_FLUSH}),
}

/** The method of compression in the first byte of the zlib format (RFC 1950 §2.2). */
const DEFLATE = 8

/** Some services send deflate without the zlib format around it (RFC 9110 §8.4.1.2). */
const hasZlibHead = ([first = 0]: Uint8Array) => (first & 15) === DEFLATE

/** Quality 11, brotli's own default, takes a hundred times as long; a window of 256 KB bounds what a body takes of memory. */
const BROTLI = {[constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 18}

const ENCODERS: Readonly<Record<string, MakeCoder>> = {
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

/** Whether a body in that content coding can be decoded and coded again; empty: none. */
export const isKnownCoding = (coding: string) => coding === '' || Object.hasOwn(DECODERS, coding)

/**
 * A body without its content coding (RFC 9110 §8.4.1), each chunk as soon as it came. It fails where
 * the coding is broken or ends too early, of which `failed` is told. An empty body is whole without its coding. Undefined for
 * a coding that is not known here.
 */
export function decodedBody(body: Body, coding: string, failed?: (error: Error) => void): Body | undefined {
  const create = Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined
  return create && through(body, into => new CodingSink(create, into, true, failed))
}

/** A body in a content coding, each chunk as soon as it came. Undefined for a coding that is not known here. */
export function encodedBody(body: Body, coding: string, onGone?: OnGone): Body | undefined {
  return encoded(body, Object.hasOwn(ENCODERS, coding) ? ENCODERS[coding] : undefined, onGone)
}

/** The same for a body that is open for long, such as an event stream. */
export function encodedStream(body: Body, coding: string, onGone: OnGone): Body | undefined {
  return encoded(body, Object.hasOwn(STREAM_ENCODERS, coding) ? STREAM_ENCODERS[coding] : undefined, onGone)
}

/** The content coding that headers name, in lower case; empty: none. */
export function codingOf(headers: Headers): string {
  const coding = valueOf(headers, 'content-encoding')?.trim().toLowerCase() ?? ''
  return coding === 'identity' ? '' : coding
}

/** Accept-Encoding with those codings alone that can be undone and done again here (RFC 9110 §12.5.3). Few kinds of clients make most requests (scope: process). */
export const knownCodings = rememberText((accepted: string): string => {
  const known = accepted
    .split(',')
    .filter(each => /^(x-gzip|gzip|deflate|br|identity)$/i.test(each.split(';', 1)[0]?.trim() ?? ''))
  return known.length > 0 ? known.map(each => each.trim()).join(', ') : 'identity'
}, 100)

function encoded(body: Body, create: MakeCoder | undefined, onGone?: OnGone): Body | undefined {
  return create && through(body, into => new CodingSink(create, into, false), onGone)
}

function through(body: Body, sinkInto: (into: Sink) => CodingSink, onGone?: OnGone): Body {
  return {
    flow(into) {
      const sink = sinkInto(into)
      onGone?.(() => sink.release())
      body.flow(sink)
    },
    discard: () => body.discard(),
  }
}

/** Takes the bytes of a body and gives them on in, or without, a content coding. Scope: one body. */
class CodingSink implements Sink {
  readonly #create: MakeCoder
  readonly #into: Sink
  /** Nothing is made of nothing. */
  readonly #mayBeEmpty: boolean
  readonly #failed: ((error: Error) => void) | undefined
  #coder: Coder | undefined
  #ended = false
  #over = false

  constructor(create: MakeCoder, into: Sink, mayBeEmpty: boolean, failed?: (error: Error) => void) {
    this.#create = create
    this.#into = into
    this.#mayBeEmpty = mayBeEmpty
    this.#failed = failed
  }

  write(chunk: Uint8Array): boolean {
    if (this.#over) return false
    return chunk.length === 0 || this.#begun(chunk).write(chunk)
  }

  drained(again: () => void): void {
    this.#coder?.once('drain', again)
  }

  end(trailers?: Headers): void {
    this.#ended = true
    if (this.#coder === undefined && this.#mayBeEmpty) this.#finish(trailers)
    else
      this.#begun(NOTHING)
        .once('end', () => this.#finish(trailers))
        .end()
  }

  fail(error: Error): void {
    if (this.#over) return
    this.release()
    this.#into.fail(error)
  }

  /** Bytes before the coding and after it; 1 while only the coding's own end is to come. */
  get waiting(): number {
    const own = (this.#coder?.writableLength ?? 0) + (this.#coder?.readableLength ?? 0)
    return (this.#into.waiting ?? 0) + (own === 0 && this.#ended && !this.#over ? 1 : own)
  }

  release(): void {
    this.#over = true
    this.#coder?.destroy()
  }

  #begun(first: Uint8Array): Coder {
    if (this.#coder) return this.#coder
    const coder = this.#create(first)
    coder.on('data', (chunk: Uint8Array) => this.#give(coder, chunk))
    coder.on('error', (error: Error) => {
      this.#failed?.(error)
      this.fail(error)
    })
    this.#coder = coder
    return coder
  }

  #give(coder: Coder, chunk: Uint8Array): void {
    if (this.#over || this.#into.write(chunk)) return
    coder.pause()
    this.#into.drained(() => coder.resume())
  }

  #finish(trailers: Headers | undefined): void {
    if (this.#over) return
    this.#over = true
    this.#into.end(trailers)
  }
}

const NOTHING = new Uint8Array()
