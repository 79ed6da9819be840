import {generateKeyPairSync} from 'node:crypto'
import type {Random} from '../helpers/random.js'
import {hmacToken, type SigningKey, signingKey, token} from '../helpers/token-issuer.js'
import {type Guard, type Place, TOKEN_PARAM} from './topologies.js'

/** Who there is. */
export const USERS = ['alice', 'bob', 'mallory'] as const

/** A piece of a request that should prove something: a header line, a cookie or a parameter of the query. */
export interface Proof {
  readonly place: Place
  readonly text: string
  /** Whom it proves; undefined: nobody. */
  readonly who: string | undefined
  /** A client's secret in it, which ends at the gateway. */
  readonly secret: string | undefined
  /** Other proofs are void beside it. */
  readonly spoils: boolean
}

/** What stands where a token should, and whom it proves. */
interface Given {
  readonly text: string
  readonly who: string | undefined
}

/** Tokens and their keys. Signed once: what differs is where and how they are sent. */
export class Credentials {
  readonly key: SigningKey = signingKey('k1')
  readonly #good: readonly [Given, ...Given[]]
  readonly #bad: readonly [Given, ...Given[]]

  constructor() {
    const {key} = this
    const good = (who: string): Given => ({text: token(key, {sub: who, aud: 'fuzz'}), who})
    this.#good = [good('alice'), good('bob'), good('mallory')]
    this.#bad = badTokens(key, this.#good[0].text)
  }

  /** What tells this user, without any fault. */
  sound(guard: Guard, who: string, random: Random): Proof {
    const place = random.pick(placesOf(guard))
    const text = this.#good.find(each => each.who === who)?.text ?? ''
    if (place === 'header') return proof(place, `SM_USER: ${who}`, who)
    if (place === 'basic') return proof(place, `Authorization: ${basic(who)}`, who, basic(who).slice(6))
    return placed(place, text, who)
  }

  /** By that share one that proves nothing, or not what it seems to. */
  some(guard: Guard, wild: number, random: Random): Proof {
    if (!random.chance(wild)) return this.sound(guard, random.pick(USERS), random)
    const place = random.pick(placesOf(guard))
    if (place === 'header') return header(random)
    if (place === 'basic') return proof(place, `Authorization: ${random.pick(BAD_LOGINS)}`, undefined, undefined, true)
    const given = random.pick(this.#bad)
    if (place === 'bearer' && random.chance(0.2)) return {...disguised(given.text, random), who: undefined}
    return placed(place, given.text, given.who)
  }
}

const placesOf = ({places}: Guard): readonly [Place, ...Place[]] => [places[0] ?? 'bearer', ...places.slice(1)]

/** Password logins that the one who is asked knows. */
export const basic = (who: string) => `Basic ${Buffer.from(`${who}:${who}-password`).toString('base64')}`

const BAD_LOGINS = [
  'Basic',
  'Basic !!!',
  'Basic YWxpY2U=',
  'Basic YWxpY2U6',
  `Basic ${Buffer.from('alice:wrong').toString('base64')}`,
  `Basic ${Buffer.from('alice\0:alice-password').toString('base64')}`,
  `Basic ${Buffer.from('*:*').toString('base64')}`,
  `Negotiate ${'A'.repeat(3000)}`,
  'Bearer alice',
] as const

function proof(place: Place, text: string, who: string | undefined, secret?: string, spoils = false): Proof {
  return {place, text, who, secret, spoils}
}

function placed(place: Place, text: string, who: string | undefined): Proof {
  const secret = who === undefined ? undefined : text
  if (place === 'query') return proof(place, `${TOKEN_PARAM}=${text}`, who, secret, true)
  // What another site put beside a good cookie spoils it only if it is good as well.
  if (place === 'cookie') return proof(place, `hadoop-jwt=${text}`, who, secret, who !== undefined)
  return proof(place, `Authorization: Bearer ${text}`, who, secret, true)
}

/** A user's name in a header that is not quite the one that counts, or no user's name. */
function header(random: Random): Proof {
  const name = random.pick(['SM_USER', 'sm_user', 'SM-USER', 'SM_USER ', 'X-SM_USER', 'SM_USER_'])
  const value = random.pick([
    'alice',
    'Alice',
    '',
    ' ',
    'alice,bob',
    'alice;bob',
    '*',
    'root',
    'KNOX_ADMIN_USERS',
    'ali\tce',
  ])
  const counts = name.toLowerCase() === 'sm_user'
  return proof('header', `${name}: ${value}`, counts ? value : undefined, undefined, counts)
}

/** A bearer that no standard would call one. */
function disguised(text: string, random: Random): Proof {
  const field = random.pick([
    `Authorization: Basic ${Buffer.from(`alice:${text}`).toString('base64')}`,
    `Authorization: Bearer  , ${text}`,
    `Authorization: ${text}`,
    `Authorization: Bearer Bearer ${text}`,
    `Authorization: Token ${text}`,
    `X-Authorization: Bearer ${text}`,
    `Proxy-Authorization: Bearer ${text}`,
  ])
  return proof('bearer', field, undefined, undefined, /^Auth/.test(field))
}

/** Each would be alice if something in it were overlooked. */
function badTokens(key: SigningKey, good: string): readonly [Given, ...Given[]] {
  const [head = '', body = '', signature = ''] = good.split('.')
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const other = signingKey('k1')
  const now = Math.floor(Date.now() / 1000)
  const small = generateKeyPairSync('ec', {namedCurve: 'P-256'})
  const claims = part({sub: 'alice', iss: 'KNOXSSO', aud: 'fuzz', exp: now + 9999})
  const texts = [
    ...['none', 'None', 'NONE', 'nOnE', ''].map(alg => `${part({alg, typ: 'JWT'})}.${claims}.`),
    `${part({alg: 'none'})}.${claims}.${signature}`,
    `${part({alg: 'RS256', kid: 'k1'})}.${claims}.${signature}`,
    `${part({alg: ['RS256'], kid: 'k1'})}.${claims}.${signature}`,
    `${head}.${claims}.${signature}`,
    `${head}.${body}.`,
    `${head}.${body}`,
    `${head}.${body}.${signature}.${signature}`,
    `${head}..${signature}`,
    `.${body}.${signature}`,
    `${head}.${body}.${signature.slice(0, -8)}`,
    hmacToken(key.publicPem, {kid: 'k1'}),
    hmacToken(key.publicPem.trim(), {kid: 'k1'}),
    hmacToken(key.publicKey.export({type: 'spki', format: 'der'}).toString('latin1')),
    hmacToken('', {kid: 'k1'}),
    token(other, {aud: 'fuzz'}),
    token(other, {aud: 'fuzz'}, {jwk: other.publicKey.export({format: 'jwk'})}),
    token(other, {aud: 'fuzz'}, {jku: 'http://127.0.0.1:1/keys', x5u: 'http://127.0.0.1:1/keys'}),
    ...KEY_IDS.map(kid => token(other, {aud: 'fuzz'}, {kid})),
    token({...other, privateKey: small.privateKey}, {aud: 'fuzz'}, {alg: 'ES256'}),
    token(key, {aud: 'fuzz', exp: now - 60}),
    token(key, {aud: 'fuzz', exp: '4102444800'}),
    token(key, {aud: 'fuzz', nbf: now + 86_400}),
    token(key, {aud: 'fuzz', iss: 'EVIL'}),
    token(key, {aud: 'fuzz', sub: ''}),
    token(key, {aud: 'fuzz', sub: ['alice']}),
    token(key, {aud: 'fuzz', sub: undefined}),
    token(key, {aud: 'fuzz'}, {crit: ['exp2'], exp2: 1}),
    token(key, {aud: 'fuzz', filler: 'x'.repeat(9000)}),
    'alice',
    '',
    '..',
    '{"alg":"none"}.{"sub":"alice"}.',
    'A'.repeat(9000),
  ].map((text): Given => ({text, who: undefined}))
  return [{text: 'null', who: undefined}, ...texts]
}

const KEY_IDS = [
  '../../../../dev/null',
  '/dev/null',
  "k1' OR '1'='1",
  'k1\0',
  '',
  'K1',
  'http://127.0.0.1:1/k1',
  '__proto__',
] as const
