import {accepts} from './automaton.js'
import {segmentsOf, type Target} from './target.js'
import type {Part, TrieNode} from './trie.js'

/** A piece of a URL. A `text` is undefined for the port where the URL names none: whatever node comes takes it. */
export interface TargetPiece {
  readonly part: Part
  readonly text: string | undefined
}

/** The pieces of a URL, and for each node of a way that matches it the number of the piece at which it begins. */
export interface Placed {
  readonly pieces: readonly TargetPiece[]
  readonly places: readonly number[]
}

/** Which node of a way holds which pieces of a URL. */
export function placed<V>(way: readonly TrieNode<V>[], target: Target): Placed {
  const pieces = piecesOf(target)
  const {fragment} = target
  if (fragment !== undefined && way.at(-1)?.part === 'fragment') {
    const all: readonly TargetPiece[] = [...pieces, {part: 'fragment', text: fragment}]
    const places = placesOf(way, all)
    if (places !== undefined) return {pieces: all, places}
  }
  const places = placesOf(way, pieces)
  return places ? {pieces, places} : {pieces: [], places: []}
}

function piecesOf({scheme, username, password, host, port, path}: Target): readonly TargetPiece[] {
  const pieces: TargetPiece[] = []
  if (scheme !== undefined) pieces.push({part: 'scheme', text: scheme})
  if (username !== undefined) pieces.push({part: 'username', text: username})
  if (password !== undefined) pieces.push({part: 'password', text: password})
  if (host !== undefined) pieces.push({part: 'host', text: host}, {part: 'port', text: port})
  for (const text of segmentsOf(path)) pieces.push({part: 'path', text})
  return pieces
}

/**
 * Each node as late as it can be, so that of several `**` the last holds the least. Goes from the end; where a
 * node does not fit, the `**` behind it takes one more. Undefined: they do not fit.
 */
function placesOf<V>(way: readonly TrieNode<V>[], pieces: readonly TargetPiece[]): readonly number[] | undefined {
  const places: number[] = []
  let glob = -1
  let at = pieces.length - 1
  for (let i = way.length - 1; i >= 0 || at >= 0; ) {
    const node = way[i]
    const piece = pieces[at]
    if (node?.isGlob) glob = i
    if (node) places[i] = at
    if (node && piece && takes(node, piece)) {
      i--
      at--
    } else {
      at = (places[glob] ?? 0) - 1
      if (at < 0) return undefined
      i = glob
    }
  }
  return places
}

const takes = <V>(node: TrieNode<V>, {part, text}: TargetPiece) => text === undefined || accepts(node, part, text)
