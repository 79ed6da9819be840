import {connect} from 'node:net'
import {GatewayError} from '../../gateway/common/errors.js'
import {addressRanges} from '../../gateway/http/address-ranges.js'
import {valueOf} from '../../gateway/http/headers.js'
import type {Exchange} from '../../gateway/pipeline/exchange.js'
import type {Filter} from '../../gateway/pipeline/filter.js'
import {identified} from '../../gateway/pipeline/principal.js'
import {xForwarded} from '../../gateway/providers/x-forwarded.js'
import type {Parts} from '../../gateway/server/live/go-live.js'

/** A fault in what topologies are made of. */
export type Plant = (parts: Parts) => Parts

/** Changes the filters of a provider. */
const filtersOf =
  (provider: string, change: (filter: Filter) => Filter): Plant =>
  parts => ({
    ...parts,
    providers: parts.providers.map(each =>
      each.name === provider ? {...each, create: (options, own) => each.create(options, own).map(change)} : each,
    ),
  })

/** Makes somebody of whom the provider refuses or sends away. */
const anybody = (provider: string, nameOf: (exchange: Exchange) => string = () => 'alice') =>
  filtersOf(provider, filter => ({
    ...filter,
    async enter(exchange) {
      const known = await Promise.resolve(exchange)
        .then(filter.enter)
        .catch(() => undefined)
      const whoever = () => identified(exchange, {name: nameOf(exchange), groups: []})
      return known === undefined || 'answer' in known ? whoever() : known
    },
  }))

/** Asks only about the address as it was sent. */
const asSent = filtersOf('PathAclsAuthz', filter => ({
  ...filter,
  enter: exchange => ({
    ...exchange,
    aim(serviceUrl, last) {
      const target = exchange.aim(serviceUrl, last)
      if (target.path.includes('/private/') && last.principal?.name !== 'alice')
        throw new GatewayError(403, 'forbidden', 'Refused.')
      return target
    },
  }),
}))

const told = (filter: Filter): Filter => ({
  ...filter,
  enter: exchange => ({
    ...exchange,
    aim(serviceUrl, last) {
      const {query, ...target} = exchange.aim(serviceUrl, last)
      return {...target, query: `${query ?? ''}&user.name=${last.principal?.name}`}
    },
  }),
})

/** The form stays as it came. */
const formKept = (filter: Filter): Filter => ({
  ...filter,
  async enter(exchange) {
    const entered = await filter.enter?.(exchange)
    return entered === undefined || 'answer' in entered
      ? (entered ?? exchange)
      : {...entered, request: exchange.request}
  },
})

const open = (filter: Filter): Filter => ({...filter, enter: exchange => exchange})

/** Fails with what nobody foresaw, now and then. */
function careless(): Plant {
  let seen = 0
  return filtersOf('Default', filter => ({
    ...filter,
    enter: exchange => {
      if (++seen % 50 === 0) throw new TypeError('careless')
      return filter.enter?.(exchange) ?? exchange
    },
  }))
}

/** A socket that nobody uses, nor closes, now and then. */
function leaking(): Plant {
  let seen = 0
  return parts => ({
    ...parts,
    transport: {
      send(request, gone, inform) {
        if (++seen % 5 === 0) connect(Number(request.url.port), request.url.host).on('error', () => {})
        return parts.transport.send(request, gone, inform)
      },
      close: () => parts.transport.close(),
    },
  })
}

/** What a run must find, by name. */
export const PLANTS: Readonly<Record<string, Plant>> = {
  'any-token': anybody('JWTProvider'),
  'any-cookie': anybody('SSOCookieProvider'),
  'any-password': anybody('RemoteAuthProvider'),
  'first-of-two-headers': anybody('HeaderPreAuth', ({request}) => valueOf(request.headers, 'sm_user') ?? ''),
  'path-as-sent': asSent,
  'acl-open': filtersOf('AclsAuthz', open),
  'claims-pass': filtersOf('Default', told),
  'forms-pass': filtersOf('Default', formKept),
  'events-for-all': filtersOf('AclsAuthz', filter => ({...filter, leave: response => response})),
  'csrf-open': filtersOf('WebAppSec', filter => (filter.name === 'WebAppSec CSRF' ? open(filter) : filter)),
  'cors-open': filtersOf('WebAppSec', filter => (filter.name === 'WebAppSec CORS' ? open(filter) : filter)),
  'forwarded-believed': parts => ({
    ...parts,
    forwarding: xForwarded({enabled: true, trusted: addressRanges(['0.0.0.0/0']), frontend: undefined}),
  }),
  careless: careless(),
  'leaked-socket': leaking(),
}
