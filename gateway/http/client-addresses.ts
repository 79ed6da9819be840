import {type AddressRanges, addressRanges} from './address-ranges.js'

/**
 * Reads addresses, CIDR ranges and Knox's wildcards: `10.0.*`, `*`. Throws RangeError that names the first that is
 * none of these. Source: Knox, `IpAddressValidator`.
 */
export function clientAddresses(texts: readonly string[]): AddressRanges {
  if (texts.includes('*')) return EVERYWHERE
  return addressRanges(texts.map(text => (text.endsWith('*') ? rangeOf(text) : text)))
}

const EVERYWHERE: AddressRanges = {has: () => true}

/** `10.0.*` is `10.0.0.0/16`. A star within a number (`10.1*`) is no range. */
function rangeOf(text: string): string {
  const octets = /^((?:\d{1,3}\.){1,3})\*$/.exec(text)?.[1]?.split('.').slice(0, -1) ?? []
  const padded = [...octets, '0', '0', '0', '0'].slice(0, 4).join('.')
  if (octets.length === 0) throw new RangeError(`"${text}" is neither an address nor a range such as 10.0.*`)
  return `${padded}/${octets.length * 8}`
}
