import {aliasesIn} from '../../common/alias-reference.js'
import {checkedText, integer, list, oneOf, type Param, text} from '../../common/params.js'
import {ALGORITHMS} from './jws.js'
import {publicKeyOf} from './signature.js'

/** Algorithms of signatures, between commas. */
function algorithms(doc: string): Param<readonly string[]> {
  const one = oneOf(doc, 'RS256', ALGORITHMS)
  const each = list(doc, ['RS256'])
  return {...each, unit: `list of ${one.unit}`, read: given => each.read(given).map(one.read)}
}

/** A public key, kept as text once it is known to be one. One that names an alias is read when it is there. */
export function publicKey(doc: string): Param<string> {
  return checkedText(doc, 'PEM', key => {
    if (aliasesIn(key).length === 0) publicKeyOf(key)
  })
}

/** Addresses of HTTP, between commas. */
export function urls(doc: string): Param<readonly string[]> {
  const each = list(doc)
  return {
    ...each,
    unit: 'list of URLs',
    read(given) {
      const found = each.read(given)
      const wrong = found.find(url => !URL.canParse(url) || !/^https?:/i.test(url))
      if (wrong !== undefined) throw new RangeError(`"${wrong}" is no address of HTTP`)
      return found
    },
  }
}

/** Params that the providers which read tokens have in common; the names are the same in both. */
export const tokenParams = {
  'jwt.instance.key.fallback': oneOf('Only `false`: the gateway has no key of its own.', 'false', ['false']),
  'knox.token.exp.server-managed': oneOf('Only `false`: the gateway keeps no list of tokens.', 'false', ['false']),
  'jwt.expected.issuer': list('Issuers of tokens (`iss`), between commas.', ['KNOXSSO']),
  'jwt.expected.sigalg': algorithms('Algorithms of signatures.'),
  'jwt.clock.skew': integer('Seconds by which the clocks of issuer and gateway may differ. Not of Knox.', 0, {
    max: 600,
  }),
  'knox.token.groups.claim': text('Claim with the groups of the user; empty: a token gives none. Not of Knox.'),
  'tokens.verified.cache.max': integer('How many tokens are remembered once they were checked.', 250, {max: 1_000_000}),
}

/** Paths that need no token; Knox separates them by `;` and `,`. */
export function openPaths(doc: string): Param<readonly string[]> {
  const each = list(doc, [], ';')
  return {...each, unit: 'list, ; or ,', read: given => each.read(given.replaceAll(',', ';'))}
}
