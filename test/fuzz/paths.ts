import type {Random} from '../helpers/random.js'

/** Segments as clients spell them who want to get where they may not. */
const PIECES = [
  'open',
  'open',
  'private',
  'PRIVATE',
  '%70rivate',
  '%50RIVATE',
  '%2570rivate',
  '%252570rivate',
  'private;a=b',
  'private;',
  'private.',
  'private%20',
  'private%00',
  'private%09',
  'priv%c1%a1te',
  'priv%25c1%25a1te',
  'priv%e0%81%a1te',
  'private%2fx',
  '%2fprivate',
  'open%2f..%2fprivate',
  'open%5c..%5cprivate',
  'open\\..\\private',
  '..',
  '..;',
  '..;a=b',
  '.;/..',
  '%2e%2e',
  '%2E.',
  '.%2e;x',
  '%252e%252e',
  '%2e%2e%2f',
  '..%2f',
  '..%5c',
  '..\\',
  '..%00',
  '..%20',
  '%09..',
  '%2e%2e%20;a',
  '..%c0%af',
  '%c0%ae%c0%ae',
  '.',
  '...',
  '%2e',
  '',
  ';',
  ';a',
  '%3b',
  '%3b/..',
  'a%20b',
  '%u002e%u002e',
  '%',
  '%zz',
  '%3fa=b',
  '%23',
  '~',
  'open,private',
] as const

/** What stands between a topology's service and the mark of a request; `/…/`. */
export function somePath(random: Random): string {
  const pieces = Array.from({length: random.int(1, 5)}, () => random.pick(PIECES))
  return `/${pieces.join(random.chance(0.1) ? random.pick(['//', '/./', '/;/', '\\', '%2f']) : '/')}/`
}

/** How the way to a topology may be spelt. */
export function someWay(topology: string, random: Random): string {
  if (random.chance(0.85)) return `/gateway/${topology}/x`
  return random.pick([
    `//gateway/${topology}/x`,
    `/gateway//${topology}/x`,
    `/GATEWAY/${topology}/x`,
    `/gateway/${topology.toUpperCase()}/x`,
    `/gateway/${topology}/X`,
    `/gateway/${topology};a=b/x`,
    `/gateway/${topology}/x;a=b`,
    `/gateway/${topology}%2fx`,
    `/gateway/none/../${topology}/x`,
    `/gateway/none/..;/${topology}/x`,
    `/gateway/${topology}/y/../x`,
    `/gateway/${topology}/x/..`,
    `/gateway/${topology}/x/../../token/x`,
    `/gateway/${topology}/%78`,
    `/gateway/./${topology}/x`,
  ])
}
