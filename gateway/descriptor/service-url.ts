import {cutUrl} from '../common/request-url.js'

/** Schemes by which a service can be reached, and those of roles that only lend their URL to rules (`NAMENODE`, `JOBTRACKER`). */
const SCHEMES = [
  'http',
  'https',
  'ws',
  'wss',
  'hdfs',
  'webhdfs',
  'swebhdfs',
  'viewfs',
  'ofs',
  'o3fs',
  'rpc',
  'thrift',
  'tcp',
]

const UNSAFE = /[^!-~]|[<>"\\^`{|}]/
const HOST = /^([A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+$|^\[[0-9A-Fa-f:.]+\]$/

/** What is wrong with the URL of a service; undefined when it is an address (RFC 3986) of a kind that services have. */
export function urlMistake(url: string): string | undefined {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(url)?.[1]?.toLowerCase()
  if (scheme === undefined) return 'is no address such as http://host:8080/path'
  if (!SCHEMES.includes(scheme)) return `has the scheme ${scheme}; services have ${SCHEMES.join(', ')}`
  const unsafe = UNSAFE.exec(url)?.[0]
  if (unsafe !== undefined) return `holds ${JSON.stringify(unsafe)}; write it percent-encoded`
  const cut = cutUrl(url)
  if (!cut) return `is no address such as ${scheme}://host:8080/path`
  if (!HOST.test(cut.host)) return `names no host, as in ${scheme}://host:8080/path`
  if (cut.port !== '' && !(Number(cut.port) >= 1 && Number(cut.port) <= 65535))
    return `has the port ${cut.port}, not 1 to 65535`
  return undefined
}

/** A part of the URL that is never sent; undefined when there is none. */
export function unsentPart(url: string): string | undefined {
  if (/^[^/]*\/\/[^/?#]*@/.test(url)) return 'user and password'
  return url.includes('#') ? 'the part after "#"' : undefined
}
