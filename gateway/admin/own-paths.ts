import {match} from 'path-to-regexp'
import type {GatewayResponse} from '../pipeline/exchange.js'

/** A path of the gateway's own and what it answers. */
export interface OwnPath {
  readonly pattern: string
  answer(method: string): GatewayResponse
}

export type OwnPaths = (method: string, path: string) => GatewayResponse | undefined

/** Finds the gateway's own paths; Knox's patterns are never matched this way. */
export function ownPaths(paths: readonly OwnPath[]): OwnPaths {
  const matchers = paths.map(({pattern, answer}) => ({
    matches: match(pattern, {sensitive: true, trailing: false, decode: false}),
    first: pattern.slice(0, pattern.search(/[:*{(]|$/)),
    answer,
  }))
  return (method, path) =>
    matchers.find(({first, matches}) => path.startsWith(first) && matches(path) !== false)?.answer(method)
}
