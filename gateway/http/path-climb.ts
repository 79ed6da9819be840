/**
 * Whether a path at a service leads out of the path of the service's URL: by dot segments, under any
 * escape that servers are known to undo before they resolve them (`%2e`, `%2f`, `\`, `;params`).
 * What stays inside passes as it came.
 */
export function climbs(path: string, serviceUrl: string): boolean {
  if (!DOTS.test(path)) return false
  const base = segmentsOf(basePath(serviceUrl))
  const kept: string[] = []
  for (const segment of segmentsOf(path)) {
    if (segment !== '..') kept.push(segment)
    else if (kept.pop() === undefined) return true
    if (kept.length < base.length && segment === '..') return true
  }
  return false
}

const DOTS = /\.\.|%2e/i

const basePath = (url: string) => /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1] ?? ''

function segmentsOf(path: string): readonly string[] {
  return path
    .replace(/%2e/gi, '.')
    .replace(/%2f|%5c|\\/gi, '/')
    .split('/')
    .map(segment => segment.replace(/;.*$/s, ''))
    .filter(segment => segment !== '' && segment !== '.')
}
