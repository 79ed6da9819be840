/** Services have been seen to decode twice; more often makes no difference to them. */
const ROUNDS = 4

/**
 * A path with its escapes of ASCII undone for good, and forms of UTF-8 that are longer than need be read as careless decoders
 * read them (RFC 3629 §10). Latin-1 and the rest of UTF-8 stay as they are: no dot, slash or letter can come of them.
 */
export function unescaped(path: string): string {
  let now = path
  for (let round = 0; round < ROUNDS && now.includes('%'); round++) now = unescapedOnce(now).replace(OVERLONG, narrowed)
  return now
}

/** A path with its escapes as they are, undone once but for those of slashes, once, and for good: services differ. */
export function unescapings(path: string): readonly string[] {
  if (!path.includes('%')) return [path]
  return [path, unescapedOnce(path.replace(SLASHES, '%25$1')), unescapedOnce(path), unescaped(path)]
}

/** A segment without the spaces and control characters around it, which some servers pass over. */
export const withoutBlanks = (segment: string) => segment.replace(/^[\0-\x20\x7F]+|[\0-\x20\x7F]+$/g, '')

const SLASHES = /%(2f|5c)/gi

const unescapedOnce = (path: string) => path.replace(ASCII, (_, hex: string) => fromHex(hex))

const ASCII = /%([0-7][0-9A-F])/gi
const OVERLONG = /%(C[01])%([89AB][0-9A-F])|%E0%(8[01])%([89AB][0-9A-F])/gi

function narrowed(_: string, ofTwo?: string, lastOfTwo?: string, ofThree?: string, lastOfThree?: string): string {
  const high = Number.parseInt(ofTwo ?? ofThree ?? '', 16) & 1
  const low = Number.parseInt(lastOfTwo ?? lastOfThree ?? '', 16) & 63
  return String.fromCharCode((high << 6) | low)
}

const fromHex = (hex: string) => String.fromCharCode(Number.parseInt(hex, 16))
