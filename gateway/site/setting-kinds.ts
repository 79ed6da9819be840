import type {Param} from '../common/params.js'
import {list, oneOf, text} from '../common/params.js'
import {cutUrl} from '../common/request-url.js'

/** An address by http or https, without a slash at its end; empty: none. */
export function httpUrl(doc: string): Param<string> {
  return checked(text(doc), 'URL', given => {
    const value = given.trim().replace(/\/+$/, '')
    const url = cutUrl(value)
    if (value !== '' && (!/^https?$/i.test(url?.scheme ?? '') || url?.host === '' || !URL.canParse(value)))
      throw new RangeError(`"${given}" is not an address such as https://gateway.example:8443`)
    return value
  })
}

/** Path segments without the slashes around them, of letters, digits and `-._~`. */
export function pathSegments(doc: string, value: string): Param<string> {
  return checked(text(doc, value), 'path', given => {
    const path = given.trim().replace(/^\/+|\/+$/g, '')
    if (!/^(?!\.{1,2}(\/|$))[\w.~-]+(\/(?!\.{1,2}(\/|$))[\w.~-]+)*$/.test(path))
      throw new RangeError(`"${given}" is not a path such as gateway`)
    return path
  })
}

/** Addresses or networks (RFC 4632, RFC 4291 §2.3), between commas. */
export function networks(doc: string, value: readonly string[]): Param<readonly string[]> {
  const items = list(doc, value)
  return checked(items, 'list, ,', given => {
    const all = items.read(given)
    const wrong = all.find(item => !isNetwork(item))
    if (wrong !== undefined) throw new RangeError(`"${wrong}" is not an address or a network such as 10.0.0.0/8`)
    return all
  })
}

/** Servers of the DNS, between commas: `10.0.0.2`, `127.0.0.1:8600`, `[::1]:53`. */
export function dnsServers(doc: string): Param<readonly string[]> {
  const items = list(doc)
  return checked(items, 'list, ,', given => {
    const all = items.read(given)
    const wrong = all.find(
      item => !isNetwork(item.replace(/^\[(.*)\](?::\d+)?$|^([\d.]+):\d+$/, '$1$2')) || item.includes('/'),
    )
    if (wrong !== undefined) throw new RangeError(`"${wrong}" is not an address such as 10.0.0.2 or 127.0.0.1:8600`)
    return all
  })
}

/** Regular expressions between semicolons, or one of Knox's words for them; empty: none. */
export function whitelist(doc: string): Param<string> {
  return checked(text(doc), 'regexes, ;', given => {
    const value = given.trim()
    if (!/^(DEFAULT|HTTPS_ONLY)$/i.test(value)) for (const each of value.split(';')) checkRegex(each.trim())
    return value
  })
}

/** Regular expressions between commas. */
export function expressions(doc: string): Param<readonly string[]> {
  const items = list(doc)
  return checked(items, 'regexes, ,', given => {
    const all = items.read(given)
    for (const each of all) checkRegex(each)
    return all
  })
}

/** Java's own formats are for Java: `keytool -importkeystore … -deststoretype PKCS12` brings them over. */
export const storeType = () => oneOf('Its type (Knox: JKS as well).', 'PKCS12', ['PKCS12'])

/** `keytool -list -rfc -keystore …` prints what a Java truststore holds. */
export const trustType = () => oneOf('Its type (Knox: JKS, PKCS12).', 'PEM', ['PEM'])

function checked<T>(param: Param<T>, unit: string, read: (given: string) => T): Param<T> {
  return {...param, unit, read}
}

function checkRegex(source: string): void {
  try {
    new RegExp(source)
  } catch (cause) {
    throw new RangeError(`"${source}" is not a regular expression`, {cause})
  }
}

function isNetwork(text: string): boolean {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  if (address.includes(':')) return URL.canParse(`http://[${address}]/`) && Number(bits ?? 128) <= 128
  const octets = address.split('.')
  const sound = octets.length === 4 && octets.every(octet => /^\d{1,3}$/.test(octet) && Number(octet) < 256)
  return sound && Number(bits ?? 32) <= 32
}

const GLOBAL_ROLES = [
  'NAMENODE',
  'JOBTRACKER',
  'WEBHDFS',
  'WEBHCAT',
  'OOZIE',
  'WEBHBASE',
  'HIVE',
  'RESOURCEMANAGER',
  'RESOURCEMANAGERAPI',
]

/** A list of roles that is never empty. Source: Knox, `GatewayConfigImpl.getGlobalRulesServices`. */
export function globalRoles(doc: string): Param<readonly string[]> {
  const roles = list(doc, GLOBAL_ROLES)
  return {...roles, read: given => (/^\s*(?:none\s*)?$/i.test(given) ? GLOBAL_ROLES : roles.read(given))}
}
