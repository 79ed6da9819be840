import type {Direction} from '../descriptor/rewrite-descriptor.js'

/** Names of hosts outside to those inside, and back. Built once, never changed. */
export interface HostMap {
  /** The name to use in this direction; a host that the map does not hold keeps its name. */
  resolve(host: string, direction: Direction): string
}

/**
 * From names outside (several between commas) to names inside: on the way in every outside name
 * becomes the first inside one, on the way out every inside name the first outside one.
 * Source: Knox, `FileBasedHostMapper`.
 */
export function hostMap(entries: Readonly<Record<string, readonly string[]>>): HostMap {
  const maps = {in: new Map<string, string>(), out: new Map<string, string>()}
  for (const [names, inside] of Object.entries(entries)) {
    const outside = names.split(',').map(name => name.trim())
    for (const name of outside) maps.in.set(name, inside[0] ?? name)
    for (const name of inside) maps.out.set(name.trim(), outside[0] ?? name)
  }
  return {resolve: (host, direction) => maps[direction].get(host) ?? host}
}
