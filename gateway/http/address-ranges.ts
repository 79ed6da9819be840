import {rememberText} from '../common/remember.js'

/** A set of addresses. Never changes; what it remembers of the latest ones it was asked for holds for the process. */
export interface AddressRanges {
  /** An IPv4 address in its IPv6 form (`::ffff:10.0.0.1`) counts as the IPv4 address. No address is in no set. */
  has(address: string): boolean
}

/** An address as eight groups of 16 bits; IPv4 in its IPv6 form (RFC 4291 §2.5.5.2). */
type Groups = readonly number[]

interface Range {
  readonly groups: Groups
  readonly bits: number
  /** Not of IPv4 addresses in their IPv6 form. */
  readonly onlyIpv6?: boolean
}

/** Reads addresses and CIDR ranges, such as `10.0.0.0/8`, `::1`. Throws RangeError that names the first that is neither. */
export function addressRanges(texts: readonly string[]): AddressRanges {
  return setOf(texts.map(text => readRange(text.trim())))
}

/**
 * The same of lists in which `*` stands for every address, and `10.1.*` or `2001:db8:*` for those that begin so.
 * Source: Knox, `IpAddressValidator`.
 */
export function addressPatterns(texts: readonly string[]): AddressRanges {
  return setOf(texts.map(text => readPattern(text.trim())))
}

function setOf(ranges: readonly Range[]): AddressRanges {
  const has = (address: string) => {
    const groups = readAddress(address)
    return groups !== undefined && ranges.some(range => covers(range, groups))
  }
  return {has: rememberText(has, MOST_KNOWN)}
}

function readPattern(text: string): Range {
  if (text === '*') return readRange('::/0')
  const octets = itemsBeforeStar(text, /^((?:\d{1,3}\.){1,3})\*(?:\.\*)*$/, '.')
  if (octets.length > 0) return readRange(`${[...octets, 0, 0, 0].slice(0, 4).join('.')}/${octets.length * 8}`)
  const pieces = itemsBeforeStar(text, /^((?:[\da-f]{1,4}:){1,7})\*$/i, ':')
  if (pieces.length > 0) return {...readRange(`${pieces.join(':')}::/${pieces.length * 16}`), onlyIpv6: true}
  return readRange(text)
}

const itemsBeforeStar = (text: string, pattern: RegExp, separator: string) =>
  (pattern.exec(text)?.[1] ?? '').split(separator).slice(0, -1)

/** How many answers a set remembers: the same clients come again and again. */
const MOST_KNOWN = 1000

function readRange(text: string): Range {
  const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const groups = readAddress(address)
  const whole = address.includes(':') ? 128 : 32
  const bits = prefix === undefined ? whole : Number(prefix)
  if (!groups || bits > whole) throw new RangeError(`"${text}" is neither an address nor a range such as 10.0.0.0/8`)
  return {groups, bits: bits + 128 - whole}
}

function covers({groups, bits, onlyIpv6 = false}: Range, address: Groups): boolean {
  if (onlyIpv6 && isIpv4(address)) return false
  for (let i = 0; i * 16 < bits; i++) {
    const differ = (groups[i] ?? 0) ^ (address[i] ?? 0)
    if (differ >> Math.max(0, 16 * (i + 1) - bits) !== 0) return false
  }
  return true
}

function readAddress(text: string): Groups | undefined {
  if (!text.includes(':')) {
    const tail = readIpv4(text)
    return tail && [0, 0, 0, 0, 0, 0xffff, ...tail]
  }
  const [bare = ''] = text.split('%', 1)
  const [front = '', back, ...more] = bare.split('::')
  if (more.length > 0) return undefined
  const head = readGroups(front, back === undefined)
  const tail = back === undefined ? [] : readGroups(back, true)
  if (!head || !tail) return undefined
  const missing = 8 - head.length - tail.length
  if (back === undefined ? missing !== 0 : missing < 1) return undefined
  return [...head, ...new Array<number>(missing).fill(0), ...tail]
}

function readGroups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const pieces = text.split(':')
  for (const [i, piece] of pieces.entries()) {
    const last = mayEndInIpv4 && i === pieces.length - 1 && piece.includes('.')
    const read = last ? readIpv4(piece) : readGroup(piece)
    if (!read) return undefined
    groups.push(...read)
  }
  return groups
}

function readGroup(piece: string): number[] | undefined {
  return /^[0-9A-Fa-f]{1,4}$/.test(piece) ? [Number.parseInt(piece, 16)] : undefined
}

const isIpv4 = (groups: Groups) => groups[5] === 0xffff && groups.slice(0, 5).every(group => group === 0)

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/

function readIpv4(text: string): number[] | undefined {
  const match = IPV4.exec(text)
  if (!match) return undefined
  const [a = 0, b = 0, c = 0, d = 0] = match.slice(1).map(Number)
  return Math.max(a, b, c, d) > 255 ? undefined : [(a << 8) | b, (c << 8) | d]
}

/** The IPv4 address of an IPv4-mapped one, as people write it; others as they are. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && IPV4.test(address.slice(7)) ? address.slice(7) : address
}
