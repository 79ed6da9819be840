import {readFileSync} from 'node:fs'
import {integer, list, oneOf, text} from '../../common/params.js'
import {type Headers, isNamed, nameTest, valuesOf, without} from '../../http/headers.js'
import type {Exchange} from '../../pipeline/exchange.js'
import {identified, type Principal} from '../../pipeline/principal.js'
import {defineProvider} from '../../pipeline/provider.js'
import {authorities} from '../authorities.js'
import {listedGroups, withoutOws} from '../listed-groups.js'
import {LoginCache} from '../login-cache.js'
import {type Answered, ask} from '../outgoing.js'
import {notAuthenticated, unavailable} from '../refusal.js'

const MINUTE = 60_000
const TIMEOUT = 10_000
const MOST_BYTES = 64 * 1024

/** Another server says who it is: it is sent the headers that clients prove it by. Source: Knox, `RemoteAuthFilter`. */
export const remoteAuth = defineProvider({
  role: 'authentication',
  name: 'RemoteAuthProvider',
  doc: 'Another server says who a client is: it is sent the headers by which clients prove it, and answers 200 with the name and the groups.',
  params: {
    'remote.auth.url': text('Where it is asked.'),
    'remote.auth.include.headers': list(
      'Headers of the client that it is sent; services do not see them, but for Cookie.',
      ['Authorization'],
    ),
    'remote.auth.cache.key': text(
      'Without effect: an answer is remembered for all of these headers together.',
      'Authorization',
    ),
    'remote.auth.expire.after': integer('Minutes for which an answer is remembered; 0: none is.', 5, {max: 1440}),
    'remote.auth.user.header': text('Header of its answer with the name.', 'X-Knox-Actor-ID'),
    'remote.auth.group.header': list('Headers with groups, between commas; `*` at the end: all that begin so.', [
      'X-Knox-Actor-Groups-*',
    ]),
    'remote.auth.truststore.path': authorities(
      'PEM file of the authorities that it is trusted by, instead of those of the system.',
    ),
    'remote.auth.truststore.type': oneOf('Only PEM is read.', 'PEM', ['PEM']),
    'remote.auth.truststore.password.alias': text('Without effect: what is in the file is public.'),
  },
  check(options, {fault}) {
    const url = options['remote.auth.url']
    if (!URL.canParse(url) || !/^https?:/i.test(url)) fault('remote.auth.url', 'must be an address of HTTP')
  },
  create(options, {clock}) {
    const file = options['remote.auth.truststore.path']
    const ca = file === '' ? undefined : [readFileSync(file, 'utf8')]
    const included = options['remote.auth.include.headers'].map(name => name.toLowerCase())
    const remembered = options['remote.auth.expire.after'] * MINUTE
    const rules: RemoteRules = {
      url: options['remote.auth.url'],
      ca,
      isIncluded: nameTest(included),
      userHeader: options['remote.auth.user.header'].toLowerCase(),
      groupHeaders: options['remote.auth.group.header'].map(name => name.toLowerCase()),
      cache: remembered > 0 ? new LoginCache<Principal>(clock, remembered) : undefined,
    }
    return [{name: 'RemoteAuthProvider', enter: exchange => entered(exchange, rules)}]
  },
})

interface RemoteRules {
  readonly url: string
  readonly ca: readonly string[] | undefined
  readonly isIncluded: (name: string) => boolean
  readonly userHeader: string
  readonly groupHeaders: readonly string[]
  readonly cache: LoginCache<Principal> | undefined
}

async function entered(exchange: Exchange, rules: RemoteRules): Promise<Exchange> {
  const {isIncluded, cache} = rules
  const {request, forwarded, id} = exchange
  const proof = without([...request.headers, ...forwarded], name => !isIncluded(name))
  if (valuesOf(proof, 'authorization').length > 1) throw notAuthenticated('more than one Authorization')
  const find = () => asked([...proof, 'X-Request-Id', id], rules)
  // Without any proof, whoever asks is not known by what they sent.
  const principal = await (cache && proof.length > 0 ? cache.get(proof, find) : find())
  const headers = without(request.headers, name => isIncluded(name) && !isNamed(name, 'cookie'))
  return identified({...exchange, request: {...request, headers}, forwarded: without(forwarded, isIncluded)}, principal)
}

/** Throws GatewayError 401 when it says no, 503 when it says nothing. */
async function asked(headers: Headers, rules: RemoteRules): Promise<Principal> {
  const {url, ca} = rules
  const answered = await ask(url, {headers, ca, limit: MOST_BYTES, timeout: TIMEOUT}).catch((error: unknown) => {
    throw unavailable(error)
  })
  if (answered.status >= 500 || answered.status === 429)
    throw unavailable(new Error(`${url} answers ${answered.status}`))
  if (answered.status !== 200) throw notAuthenticated(`${url} answers ${answered.status}`)
  return principalOf(answered, rules)
}

function principalOf({headers}: Answered, {url, userHeader, groupHeaders}: RemoteRules): Principal {
  const [name = '', ...more] = valuesOf(headers, userHeader)
  if (name.trim() === '' || more.length > 0) throw notAuthenticated(`${url} names nobody, or more than one`)
  const names = headers.filter((_, i) => i % 2 === 0).map(each => each.toLowerCase())
  const isOfGroups = (each: string) =>
    groupHeaders.some(wanted => (wanted.endsWith('*') ? each.startsWith(wanted.slice(0, -1)) : each === wanted))
  const groups = [...new Set(names.filter(isOfGroups))].flatMap(each => valuesOf(headers, each)).flatMap(listedGroups)
  return {name: withoutOws(name), groups}
}
