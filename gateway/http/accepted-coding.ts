import {rememberText} from '../common/remember.js'

/**
 * The content coding, of those offered, that a client wants most by its Accept-Encoding (RFC 9110 §12.5.3); of
 * several that it wants as much the one offered first. Undefined: none of them, or it wants none rather.
 */
export function acceptedCoding(accepted: string | undefined, offered: readonly string[]): string | undefined {
  if (accepted === undefined) return undefined
  const weights = weightsOf(accepted)
  const weightOf = (coding: string) => weights.get(coding) ?? weights.get('*') ?? 0
  const best = offered.reduce((most, coding) => Math.max(most, weightOf(coding)), 0)
  const plain = weights.get('identity') ?? 0
  return best > 0 && best >= plain ? offered.find(coding => weightOf(coding) === best) : undefined
}

/** Few kinds of clients make most requests (scope: process). */
const weightsOf = rememberText((accepted: string): ReadonlyMap<string, number> => {
  const items = accepted.split(',').map((item): [string, number] => {
    const [coding = '', ...params] = item.split(';').map(part => part.trim().toLowerCase())
    return [coding === 'x-gzip' ? 'gzip' : coding, weightIn(params)]
  })
  return new Map(items)
}, 100)

/** A weight that cannot be read is none: what a client may not want it does not get. */
function weightIn(params: readonly string[]): number {
  const weight = params.find(param => /^q\s*=/.test(param))
  if (weight === undefined) return 1
  return /^q\s*=\s*(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight.slice(weight.indexOf('=') + 1)) : 0
}
