import {Resolver} from 'node:dns/promises'
import {isIP, type LookupFunction} from 'node:net'

/** What stands behind a name. */
export interface Standing {
  /** Undefined: as the connection finds it. */
  readonly address: string | undefined
  /** Of a service's record: where it is; else the name's own. */
  readonly target?: {readonly host: string; readonly port: number; readonly weight: number}
}

/** An answer, and for how long it holds: in milliseconds; undefined: it does not say. */
export interface Resolved {
  readonly standing: readonly Standing[]
  readonly ttl: number | undefined
}

/** Resolves names. Rejects when there is no answer, or none that names anything. */
export interface NameSource {
  /** A and AAAA. */
  addresses(name: string): Promise<Resolved>
  /** SRV, and the addresses of what it names: of the lowest priority only (RFC 2782). */
  services(name: string): Promise<Resolved>
}

/** Names as a lookup of Node's resolves them: it knows of no times, and of addresses only. */
export function lookupSource(lookup: LookupFunction): NameSource {
  return {
    addresses: name =>
      new Promise((resolve, reject) => {
        lookup(name, {all: true}, (error, found) => {
          if (error) reject(error)
          else
            resolve({
              standing: [found].flat().map(each => ({address: typeof each === 'string' ? each : each.address})),
              ttl: undefined,
            })
        })
      }),
    services: name => Promise.reject(new Error(`there is no DNS to ask for ${name}`)),
  }
}

/** Names of the DNS: of these servers, or of the system's when none is named. What it does not know `lookup` may, as by a file of hosts. */
export function dnsSource(servers: readonly string[], lookup: NameSource): NameSource {
  let made: Resolver | undefined
  const resolver = () => {
    if (made) return made
    made = new Resolver({timeout: 2000, tries: 2})
    if (servers.length > 0) made.setServers(servers)
    return made
  }
  const addresses: NameSource['addresses'] = async name => {
    const answers = await Promise.allSettled([
      resolver().resolve4(name, {ttl: true}),
      resolver().resolve6(name, {ttl: true}),
    ])
    const found = answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []))
    if (found.length === 0) return lookup.addresses(name)
    // The time left of an answer is no part of what stands behind the name: it is less each time.
    return {standing: found.map(({address}) => ({address})), ttl: 1000 * Math.min(...found.map(({ttl}) => ttl))}
  }
  return {
    addresses,
    async services(name) {
      const records = await resolver().resolveSrv(name)
      const lowest = Math.min(...records.map(({priority}) => priority))
      const chosen = records.filter(({priority}) => priority === lowest)
      const answers = await Promise.all(chosen.map(({name: host}) => addresses(host)))
      const standing = chosen.flatMap(({name: host, port, weight}, i) =>
        (answers[i]?.standing ?? []).map(({address}) => ({address, target: {host, port, weight: Math.max(1, weight)}})),
      )
      const ttls = answers.flatMap(({ttl}) => ttl ?? [])
      return {standing, ttl: ttls.length > 0 ? Math.min(...ttls) : undefined}
    },
  }
}

/** Whether a host is a name, and so may stand for several. */
export const isName = (host: string) => isIP(host.replace(/^\[|\]$/g, '')) === 0
