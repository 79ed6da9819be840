/**
 * An address as it was sent, cut into pieces; nothing is decoded or normalised (WHATWG `URL` would
 * resolve `..` and encode anew). `path` begins with `/` or is empty; `query` stands without its `?`
 * and is undefined when there was no `?`; `port` is empty when none was named.
 */
export interface RequestUrl {
  readonly scheme: string
  readonly host: string
  readonly port: string
  readonly path: string
  readonly query: string | undefined
}

/** What a port of an address may be, 1 to 65535, as a piece of a regular expression. */
export const PORT = '(?:[1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d\\d|655[0-2]\\d|6553[0-5])'

/** `host:port`, or the host alone when no port was named. */
export function authorityOf({host, port}: Pick<RequestUrl, 'host' | 'port'>): string {
  return port === '' ? host : `${host}:${port}`
}

/** Path and query as they stand in a request line (RFC 9112 §3.2.1); an empty path is `/`. */
export function targetOf({path, query}: RequestUrl): string {
  const origin = path === '' ? '/' : path
  return query === undefined ? origin : `${origin}?${query}`
}

/** The whole address as text. */
export function printUrl(url: RequestUrl): string {
  const query = url.query === undefined ? '' : `?${url.query}`
  return `${url.scheme}://${authorityOf(url)}${url.path}${query}`
}

const ADDRESS =
  /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(?:[^/?#@]*@)?(\[[0-9A-Fa-f:.]*\]|[^/?#:@[\]]*)(?::(\d*))?(\/[^?#]*)?(?:\?([^#]*))?(?:#.*)?$/s

/** Cuts an absolute address; undefined when it is none. User info and fragment are left out. */
export function cutUrl(text: string): RequestUrl | undefined {
  const match = ADDRESS.exec(text)
  if (!match) return undefined
  const [, scheme = '', host = '', port = '', path = '', query] = match
  return {scheme, host, port, path, query}
}

const PLAIN = /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#:@[\]]+)(?::(\d+))?)?(\/(?!\/)[^?#]*)?(?:\?([^#]*))?$/

/**
 * Cuts an address of which every character has its place in the pieces: an absolute one without user and fragment, or a
 * path with its slash. Undefined for any other.
 */
export function cutPlain(text: string): RequestUrl | undefined {
  const match = PLAIN.exec(text)
  if (!match) return undefined
  const [, scheme = '', host = '', port = '', path = '', query] = match
  return host === '' && path === '' ? undefined : {scheme, host, port, path, query}
}
