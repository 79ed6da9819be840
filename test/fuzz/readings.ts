/**
 * How services have been seen to read a path: each reading is a list of segments. Shares nothing with the
 * gateway, and takes what is worse: every way to decode, with and without each thing that servers differ in.
 */
export function readingsOf(path: string): readonly (readonly string[])[] {
  const readings: string[][] = []
  for (const decode of DECODINGS)
    for (const slashes of [false, true])
      for (const params of [false, true])
        for (const dots of [false, true]) readings.push(readAs(path, {decode, slashes, params, dots}))
  return readings
}

interface Manner {
  readonly decode: (path: string) => string
  /** `\` is taken for `/`. */
  readonly slashes: boolean
  /** What follows a `;` in a segment is cut off. */
  readonly params: boolean
  /** `..` leads one up. */
  readonly dots: boolean
}

function readAs(path: string, {decode, slashes, params, dots}: Manner): string[] {
  const decoded = decode(path)
  const segments = (slashes ? decoded.replaceAll('\\', '/') : decoded).split('/')
  const bare = segments.map(each => (params ? (each.split(';')[0] ?? '') : each))
  const way: string[] = []
  for (const each of bare) {
    const name = trimmed(each)
    if (each === '' || (dots && name === '.')) continue
    if (!dots || name !== '..') way.push(name)
    else if (way.pop() === undefined) way.push('<out>')
  }
  return way
}

/** Windows drops dots and spaces at the end, C all behind a NUL; some tell no cases apart. */
function trimmed(segment: string): string {
  const cut = (segment.split('\0')[0] ?? '').trim()
  return (/^\.+$/.test(cut) ? cut : cut.replace(/[. ]+$/, '')).toLowerCase()
}

const once = (path: string) =>
  latin(path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))))
const onceButSlashes = (path: string) =>
  latin(path.replace(/%(?!2f|5c)([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))))

/** Forms of UTF-8 that are longer than need be (RFC 3629 §3), as careless decoders read them. */
const latin = (text: string) =>
  text
    .replace(/[\xC0\xC1][\x80-\xBF]/g, pair =>
      String.fromCharCode(((pair.charCodeAt(0) & 1) << 6) | (pair.charCodeAt(1) & 63)),
    )
    .replace(/\xE0[\x80\x81][\x80-\xBF]/g, three =>
      String.fromCharCode(((three.charCodeAt(1) & 1) << 6) | (three.charCodeAt(2) & 63)),
    )

const DECODINGS: readonly ((path: string) => string)[] = [
  path => path,
  onceButSlashes,
  once,
  path => onceButSlashes(once(path)),
  path => once(once(path)),
  path => once(once(once(path))),
]

/** Names of a query's or form's parameters, as services have been seen to read them, with their values as sent. */
export function pairsOf(text: string): readonly (readonly [name: string, value: string])[] {
  return text.split(/[&;]/).flatMap(pair => {
    const [name = '', ...value] = pair.split('=')
    const spaced = name.replaceAll('+', ' ')
    const names = new Set([spaced, once(spaced), once(once(spaced))].map(each => bareName(each)))
    return [...names].map(each => [each, value.join('=')] as const)
  })
}

/** Without spaces and control characters around it, up to a `=` that was encoded. */
const bareName = (name: string) =>
  (name.split('=')[0] ?? '').replace(/^[\0-\x20\x7F]+|[\0-\x20\x7F]+$/g, '').toLowerCase()
