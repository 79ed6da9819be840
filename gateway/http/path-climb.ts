import {unescaped, unescapings, withoutBlanks} from './unescaped.js'

/**
 * Whether a path at a service leads out of the path of the service's URL: by dot segments, under any
 * escape that servers are known to undo before they resolve them (`%2e`, `%252e`, `%c0%ae`, `%2f`, `\`, `;params`, blanks).
 * What stays inside passes as it came.
 */
export function climbs(path: string, serviceUrl: string): boolean {
  if (!hasDots(path)) return false
  const base = segmentsOf(basePath(serviceUrl)).length
  if (isAmbiguous(path)) return true
  let depth = 0
  for (const segment of segmentsOf(path)) {
    depth += segment === '..' ? -1 : 1
    if (segment === '..' && depth < base) return true
  }
  return false
}

/**
 * A path without its dot segments, as a service may read it; undefined when they lead above its
 * beginning, or when services differ in what they lead to. The same path when it has none.
 */
export function resolved(path: string): string | undefined {
  if (!hasDots(path)) return path
  if (isAmbiguous(path)) return undefined
  const kept: string[] = []
  for (const segment of segmentsOf(path)) {
    if (segment !== '..') kept.push(segment)
    else if (kept.pop() === undefined) return undefined
  }
  const last = withoutDisguise(path.slice(path.lastIndexOf('/') + 1))
  const folder = kept.length > 0 && (last === '..' || !isStep(last))
  return `/${kept.join('/')}${folder ? '/' : ''}`
}

const hasDots = (path: string) =>
  path.includes('..') || (path.includes('%') && HIDES.test(path) && unescaped(path).includes('..'))

/** An escape of which a dot, or another escape, may come: of a dot, a `%`, a hex digit, or of UTF-8 that is longer than need be. */
const HIDES = /%(?:2[5e]|3\d|[46][1-6]|c[01]|e0)/i

/** Dot segments, or what stands beside them, that one server sees and another takes for a part of a name. */
function isAmbiguous(path: string): boolean {
  const readings = unescapings(path).flatMap(each => [each, each.replaceAll('\\', '/')])
  const shapes = new Set(readings.map(segmentsOf).map(shapeOf))
  return shapes.size > 1 && [...shapes].some(shape => shape.includes('..'))
}

/** Where dot segments stand among others. */
const shapeOf = (segments: readonly string[]) => segments.map(segment => (segment === '..' ? segment : '')).join('/')

const basePath = (url: string) => /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1] ?? ''

const segmentsOf = (path: string) => path.split('/').map(withoutDisguise).filter(isStep)

const isStep = (segment: string) => segment !== '' && segment !== '.'

/** A dot segment as such, also when it is encoded or has params; any other as it stands. */
function withoutDisguise(segment: string): string {
  const bare = withoutBlanks(segment.replace(/%2e/gi, '.').replace(/;.*$/s, ''))
  return bare === '.' || bare === '..' || bare === '' ? bare : segment
}
