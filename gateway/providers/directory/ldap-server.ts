import {readFileSync} from 'node:fs'
import {connect, type Socket} from 'node:net'
import {connect as connectTls} from 'node:tls'
import type {Client, ClientOptions, Entry} from 'ldapts'
import {systemClock} from '../../common/clock.js'
import {GatewayError} from '../../common/errors.js'
import {whenAsked} from '../../common/when-asked.js'
import {notAuthenticated, unavailable} from '../refusal.js'

/** Entries of an answer. */
const MOST_ENTRIES = 1000
/** Bytes of all answers to a question. */
const MOST_BYTES = 4 * 1024 ** 2
/** Times for which one answer may take its time: a question has several. */
const ANSWERS = 4
/** Result codes by which a directory refuses a name or a password (RFC 4511 §A.1). */
const REFUSALS: ReadonlySet<number> = new Set([32, 34, 48, 49, 53])

type Library = typeof import('ldapts')

/** Loaded when a topology first needs it. */
const ldapts = whenAsked(async () => strict(await import('ldapts')))

/**
 * Of an answer that is shorter than it says, the library would read the same nothing for ever, and keep it until no memory is
 * left. It waits for the whole of a message before it reads what is in it: where there is nothing any more, the message is wrong.
 */
function strict(library: Library): Library {
  const reader = library.BerReader.prototype as Reader
  const {readString, readSequence} = reader
  const there = <T>(found: T | null): T => {
    if (found === null) throw new library.InvalidAsn1Error('the answer ends before it should')
    return found
  }
  reader.readString = function (tag, asBuffer) {
    return there(readString.call(this, tag, asBuffer))
  }
  reader.readSequence = function (tag) {
    const found = readSequence.call(this, tag)
    // That of the message itself may still be on its way.
    return this.offset === 0 ? found : there(found)
  }
  return library
}

/** What reads messages for the library. */
interface Reader {
  readonly offset: number
  readString(tag?: number, asBuffer?: boolean): string | Buffer | null
  readSequence(tag?: number): number | null
}

/** Where a directory is, and as whom it is searched. */
export interface LdapAddress {
  /** Of the same directory: the next is asked when one does not answer. */
  readonly urls: readonly string[]
  /** PEM file of the authorities that it is trusted by; empty: those of the system. */
  readonly authorities: string
  /** Distinguished name; empty: nobody. */
  readonly name: string
  readonly password: string
  /** Milliseconds for a connection. */
  readonly connectTimeout: number
  /** Milliseconds for each answer. */
  readonly timeout: number
}

/** What is searched. */
export interface Search {
  readonly base: string
  readonly filter: string
  readonly scope: 'base' | 'one' | 'sub'
  /** `1.1`: none (RFC 4511 §4.5.1.8). */
  readonly attributes: readonly string[]
}

/** A directory, to which a connection is made for each question: who logs in is who asks. */
export class LdapServer {
  readonly #address: LdapAddress
  readonly #clients: readonly ClientOptions[]

  constructor(address: LdapAddress) {
    const {urls, authorities, connectTimeout, timeout} = address
    const tls = authorities === '' ? {} : {tlsOptions: {ca: readFileSync(authorities)}}
    const most = connectTimeout + ANSWERS * timeout
    const sockets = {createConnection: watched(connect, most), createSecureConnection: watched(connectTls, most)}
    this.#address = address
    this.#clients = urls.map(url => ({url, timeout, connectTimeout, strictDN: false, ...tls, ...sockets}))
  }

  /** Throws GatewayError 401 when the directory refuses name or password, 503 when it does not say. */
  login(name: string, password: string): Promise<void> {
    return this.#connected(client => client.bind(name, password))
  }

  /** None when there is no such base. Throws GatewayError 503 when the directory does not say. */
  search({base, filter, scope, attributes}: Search): Promise<readonly Entry[]> {
    const {name, password} = this.#address
    return this.#connected(async (client, {NoSuchObjectError}) => {
      try {
        if (name !== '') await client.bind(name, password)
        const options = {scope, filter, attributes: [...attributes], paged: {pageSize: 100}, sizeLimit: MOST_ENTRIES}
        return (await client.search(base, options)).searchEntries
      } catch (error) {
        if (error instanceof NoSuchObjectError) return []
        // That the gateway is refused says nothing of the user.
        throw unavailable(error)
      }
    })
  }

  /** Asks one after the other until one says something. */
  async #connected<T>(work: (client: Client, library: Library) => Promise<T>): Promise<T> {
    const library = await ldapts()
    let failure: unknown
    for (const options of this.#clients) {
      try {
        return await connected(options, library, work)
      } catch (error) {
        if (!(error instanceof GatewayError) || error.status !== 503) throw error
        failure = error
      }
    }
    throw failure
  }
}

/** What makes connections that end when they have lasted, or brought, more than any question needs. */
function watched<F extends (...args: never[]) => Socket>(make: F, ms: number): F {
  // makes what it makes, of what it takes
  return ((...args: Parameters<F>) => watch(make(...args), ms)) as F
}

function watch(socket: Socket, ms: number): Socket {
  const end = (limit: string) => socket.destroy(new Error(`the directory answers without end: more than ${limit}`))
  const cancel = systemClock.after(ms, () => end(`${ms} ms`))
  let left = MOST_BYTES
  const count = ({length}: Uint8Array) => {
    left -= length
    if (left < 0) end(`${MOST_BYTES} bytes`)
  }
  return socket.on('data', count).on('close', cancel)
}

/** What is not a refusal is a directory that does not say. */
async function connected<T>(
  options: ClientOptions,
  library: Library,
  work: (client: Client, library: Library) => Promise<T>,
): Promise<T> {
  const client = new library.Client(options)
  try {
    return await work(client, library)
  } catch (error) {
    if (error instanceof library.ResultCodeError && REFUSALS.has(error.code))
      throw notAuthenticated(`the directory answers ${error.name}`)
    throw error instanceof GatewayError ? error : unavailable(error)
  } finally {
    client.unbind().catch(() => undefined)
  }
}

/** Values of an attribute, whose name counts in any case. */
export function textsOf(entry: Entry, attribute: string): readonly string[] {
  const [, found = []] = Object.entries(entry).find(([name]) => name.toLowerCase() === attribute.toLowerCase()) ?? []
  return [found].flat().map(String)
}
