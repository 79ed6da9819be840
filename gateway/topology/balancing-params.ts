import {duration, integer, list, oneOf, type Param} from '../common/params.js'
import type {HashOn} from '../ha/balancing-policy.js'

/** `principal`, or the name of a header or a cookie. */
function hashOn(doc: string): Param<HashOn> {
  const read = (given: string): HashOn => {
    const [, kind = '', name = ''] = /^\s*(principal|header:|cookie:)\s*([!#$%&'*+.^_`|~\w-]*)\s*$/i.exec(given) ?? []
    const word = kind.toLowerCase()
    if (word === 'principal' && name === '') return word
    if (word === 'header:' && name !== '') return `header:${name.toLowerCase()}`
    if (word === 'cookie:' && name !== '') return `cookie:${name}`
    throw new RangeError(`"${given}" is none of principal, header:NAME, cookie:NAME`)
  }
  return {doc, default: 'principal', unit: 'principal | header:… | cookie:…', read}
}

function weights(doc: string): Param<readonly number[]> {
  const items = list(doc)
  const weight = integer('', 1, {min: 1, max: 1000})
  return {...items, default: [], read: given => items.read(given).map(item => weight.read(item))}
}

/** How the URLs of a service share its requests; of HaProvider for a role, and of the service itself, which goes before. */
export const balancingParams = {
  loadBalancing: oneOf(
    'How balancing chooses: each URL in turn, the one with the fewest open streams and requests, or by what `hashOn` names. Naming one puts `enableLoadBalancing` on.',
    'round-robin',
    ['round-robin', 'least-streams', 'hash'],
  ),
  hashOn: hashOn('What `hash` goes by; a request without it takes its turn.'),
  weights: weights('Parts of the URLs, in their order; when absent: 1 each.'),
  ejectAfter: integer(
    'Failures in a row after which a URL is left out; never the last one. 0: never. With `loadBalancing`: 1 when nothing is named.',
    0,
    {max: 1000},
  ),
  ejectionTime: duration('How long, before one request may try it again; doubled each time that fails.', 10_000, 's'),
  slowStart: duration('How long the part of a URL grows that is back. 0: it has all of it at once.', 30_000, 's'),
}
