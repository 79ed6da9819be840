import {list, oneOf, type Param, text} from '../../common/params.js'
import {addressPatterns} from '../../http/address-ranges.js'
import {type Headers, valuesOf, without} from '../../http/headers.js'
import type {Exchange} from '../../pipeline/exchange.js'
import {identified} from '../../pipeline/principal.js'
import {defineProvider} from '../../pipeline/provider.js'
import {listedGroups, withoutOws} from '../listed-groups.js'
import {notAdmitted} from '../refusal.js'

const DEFAULT_VALIDATION = 'preauth.default.validation'
const IP_VALIDATION = 'preauth.ip.validation'

/** Items between commas, each one of the two; all must hold. */
function methods(doc: string): Param<readonly string[]> {
  const method = oneOf(doc, DEFAULT_VALIDATION, [DEFAULT_VALIDATION, IP_VALIDATION])
  const each = list(doc, [DEFAULT_VALIDATION])
  return {...each, unit: `list of ${method.unit}`, read: given => each.read(given).map(method.read)}
}

/** Addresses, kept as text once they are known to be some. */
function addresses(doc: string): Param<readonly string[]> {
  const each = list(doc, ['*'])
  return {
    ...each,
    read(given) {
      const texts = each.read(given)
      addressPatterns(texts)
      return texts
    },
  }
}

/**
 * Believes a header in which something in front of the gateway names the user. 403 without it, when it comes more
 * than once, or from elsewhere. Source: Knox, `HeaderPreAuthFederationFilter`, `PreAuthService`.
 */
export const headerPreAuth = defineProvider({
  role: 'federation',
  name: 'HeaderPreAuth',
  doc: 'Believes the user that a header names. Whoever reaches the gateway with that header is that user: name the addresses it may come from, and let the proxy there drop what clients send.',
  params: {
    'preauth.custom.header': text('Header with the name of the user.', 'SM_USER'),
    'preauth.custom.group.header': text('Header with the groups of the user, between commas; empty: none.'),
    'preauth.validation.method': methods(`What must hold as well: nothing, or (\`${IP_VALIDATION}\`) the address.`),
    'preauth.ip.addresses': addresses(
      `Where the header may come from, for \`${IP_VALIDATION}\`: addresses, ranges (\`10.0.0.0/8\`), \`10.0.*\`. What a proxy of \`gateway.xforwarded.trusted\` says of its client counts too: narrow that to your proxies.`,
    ),
  },
  check(options, {fault, warning}) {
    const isOpen = options['preauth.ip.addresses'].includes('*')
    const isChecked = options['preauth.validation.method'].includes(IP_VALIDATION)
    if (!isOpen && !isChecked)
      fault('preauth.ip.addresses', `nothing looks at them unless preauth.validation.method is ${IP_VALIDATION}`)
    if (isOpen && isChecked) warning('preauth.ip.addresses', 'the header counts from any address')
  },
  create(options) {
    const rules = {
      userHeader: options['preauth.custom.header'].toLowerCase(),
      groupHeader: options['preauth.custom.group.header'].toLowerCase(),
      from: options['preauth.validation.method'].includes(IP_VALIDATION)
        ? addressPatterns(options['preauth.ip.addresses'])
        : addressPatterns(['*']),
    }
    return [{name: 'HeaderPreAuth', enter: exchange => admitted(exchange, rules)}]
  },
})

interface PreAuthRules {
  readonly userHeader: string
  /** Empty: none. */
  readonly groupHeader: string
  readonly from: {has(address: string): boolean}
}

function admitted(exchange: Exchange, {userHeader, groupHeader, from}: PreAuthRules): Exchange {
  const {headers} = exchange.request
  const name = only(headers, userHeader)
  if (name.trim() === '') throw notAdmitted(`${userHeader} names nobody`)
  if (!from.has(exchange.clientAddress)) throw notAdmitted(`${userHeader} may not come from that address`)
  const groups = listedGroups(groupHeader === '' ? '' : only(headers, groupHeader))
  const isOwn = (each: string) => isVariant(each, userHeader) || isVariant(each, groupHeader)
  const request = {...exchange.request, headers: without(headers, isOwn)}
  return identified({...exchange, request}, {name, groups})
}

/** The value of a header; empty when there is none. Of two, nobody knows which one is true. */
function only(headers: Headers, lowerName: string): string {
  const [value = '', ...more] = valuesOf(headers, lowerName).map(withoutOws)
  if (more.length > 0) throw notAdmitted(`${lowerName} came more than once`)
  return value
}

/** Many services take `SM-USER` and `SM_USER` for the same header (RFC 3875 §4.1.18). */
const isVariant = (name: string, own: string) =>
  name.length === own.length && name.toLowerCase().replaceAll('_', '-') === own.replaceAll('_', '-')
