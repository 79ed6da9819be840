import type {Random} from '../helpers/random.js'
import {type Credentials, type Proof, USERS} from './credentials.js'
import {chunked, confused, type Framed, sized} from './framing.js'
import {somePath, someWay} from './paths.js'
import {type Asked, bytesOf, type Case, textOf} from './request.js'
import {CSRF_HEADER, ELSEWHERE, GOOD_ORIGIN, type Guard} from './topologies.js'
import {mayBe} from './truth.js'

/** What cases are made of. */
export interface Makings {
  readonly guards: readonly [Guard, ...Guard[]]
  readonly credentials: Credentials
}

/** The case of that number: decided by seed and number alone. */
export function someCase(index: number, makings: Makings, seed: Random): Case {
  const random = seed.fork(`case ${index}`)
  const hidden: Asked[] = []
  const guard = random.pick(makings.guards)
  const count = guard.events || random.chance(0.8) ? 1 : random.int(2, 3)
  const plain = random.chance(0.05)
  const requests = Array.from({length: count}, (_, n) => {
    const last = n === count - 1 ? ['Connection: close'] : []
    const mark = `r${index}x${n}`
    if (plain) return plainRequest(mark, guard, makings, random, last)
    const own = n === 0 ? guard : random.pick(makings.guards.filter(each => !each.events) as [Guard, ...Guard[]])
    return someRequest({mark, guard: own, makings, random, hidden, wild: random.pick(WILD)}, last)
  })
  const whole: Case = {index, requests, hidden, cuts: []}
  const {length} = bytesOf(whole)
  const cuts = Array.from({length: plain ? 0 : random.int(0, 4)}, () => random.int(1, length - 1)).sort((a, b) => a - b)
  return {...whole, cuts}
}

/** One that must be let through, if its user may. */
function plainRequest(
  mark: string,
  guard: Guard,
  {credentials}: Makings,
  random: Random,
  last: readonly string[],
): Asked {
  const who = random.pick(USERS)
  const proof = credentials.sound(guard, who, random)
  const query = proof.place === 'query' ? `?${proof.text}&a=1` : ''
  const changes = guard.web && random.chance(0.5)
  const framed = changes ? sized('a=1') : {lines: [], body: ''}
  return {
    mark,
    guard,
    start: `${changes ? 'POST' : 'GET'} /gateway/${guard.name}/x/open/${mark}${query} HTTP/1.1`,
    lines: [
      'Host: gateway.test',
      ...proofLines([proof], random),
      ...(changes ? [`${CSRF_HEADER}: x`] : []),
      ...framed.lines,
      ...last,
    ],
    body: framed.body,
    may: guard.users.filter(each => each === who),
    secrets: proof.secret === undefined ? [] : [proof.secret],
    plain: true,
  }
}

interface Making {
  readonly mark: string
  readonly guard: Guard
  readonly makings: Makings
  readonly random: Random
  /** Where requests go that are put into bodies; undefined: this is one. */
  readonly hidden: Asked[] | undefined
  /** Of what is not as it should be. */
  readonly wild: number
}

/** Most have a thing or two about them, since what has many is refused for the first of them. */
const WILD = [0.1, 0.1, 0.2, 0.4, 0.7] as const

function someRequest(making: Making, last: readonly string[]): Asked {
  const {mark, guard, makings, random, wild} = making
  const count = random.chance(wild) ? random.int(0, 3) : 1
  const proofs = Array.from({length: count}, () => makings.credentials.some(guard, wild, random))
  const method = random.chance(wild) ? random.pick(METHODS) : random.pick(['GET', 'POST'])
  const csrf = !random.chance(wild)
  const origin = guard.web && random.chance(0.5) ? random.pick(ORIGINS) : undefined
  const queries = [...proofs.filter(({place}) => place === 'query').map(({text}) => text), ...someClaims(guard, random)]
  const framed = someBody(making)
  const lines = [
    ...proofLines(proofs, random),
    ...(csrf ? [`${CSRF_HEADER}: x`] : []),
    ...(origin === undefined ? [] : [`Origin: ${origin}`]),
    ...Array.from({length: random.chance(wild) ? random.int(1, 3) : 0}, () => random.pick(MORE)),
  ]
  const sent = shuffled(lines, random).map(line => (random.chance(wild / 4) ? mutated(line, random) : line))
  const bent = lines.some(line => !sent.includes(line))
  const mayAsk = !guard.web || ((csrf || SAFE.has(method)) && (origin === undefined || origin === GOOD_ORIGIN))
  return {
    mark,
    guard,
    start: startLine(making, method, queries),
    lines: [
      ...(random.chance(wild / 2) ? random.pick(HOSTS) : ['Host: gateway.test']),
      ...sent,
      ...framed.lines,
      ...last,
    ],
    body: framed.body,
    may: mayAsk ? mayBe(guard, proofs, queries, bent) : [],
    secrets: secretsOf(proofs),
    plain: false,
  }
}

/** What the service must not see. A client that also says it in a header of its own, which means nothing here, keeps no secret. */
function secretsOf(proofs: readonly Proof[]): readonly string[] {
  const said = proofs.filter(({text}) => /^X-/.test(text)).map(({text}) => text)
  return proofs.flatMap(({secret}) => secret ?? []).filter(secret => !said.some(text => text.includes(secret)))
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
const METHODS = ['PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE', 'get', 'G\tET', 'PROPFIND'] as const
const ORIGINS = [
  GOOD_ORIGIN,
  'http://evil.test',
  `${GOOD_ORIGIN}.evil`,
  'null',
  `${GOOD_ORIGIN}:81`,
  'HTTP://GOOD.TEST',
  `${GOOD_ORIGIN}, http://evil.test`,
  '',
] as const

function startLine({mark, guard, random, wild}: Making, method: string, queries: readonly string[]): string {
  const way = random.chance(wild / 2) ? someWay(guard.name, random) : `/gateway/${guard.name}/x`
  const path = random.chance(guard.secret ? 0.8 : wild) ? somePath(random) : '/open/'
  const query = queries.length > 0 ? `?${queries.join(random.pick(['&', '&', '&', ';', '&&']))}` : ''
  const authority = random.chance(wild / 4) ? random.pick(AUTHORITIES) : ''
  const version = random.chance(wild / 4) ? random.pick(VERSIONS) : 'HTTP/1.1'
  return `${method} ${authority}${way}${path}${mark}${query} ${version}`
}

const VERSIONS = ['HTTP/1.0', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', 'HTTP/1.1 ', 'http/1.1', 'HTTP/1.1\t', ''] as const
const AUTHORITIES = [
  'http://gateway.test',
  'HTTP://other.test',
  'http://user@gateway.test',
  'https://gateway.test:1',
  '//gateway.test',
  '*',
  '\\',
  'ftp://gateway.test',
] as const
const HOSTS: readonly [readonly string[], ...(readonly string[])[]] = [
  ['Host: other.test'],
  ['Host:'],
  [],
  ['Host: a', 'Host: b'],
  ['Host: gateway.test:99999'],
  ['Host: a/b'],
  ['Host: user@a'],
]

/** What services might take for the user's name. */
const CLAIMS = [
  'user.name=root',
  'USER.NAME=root',
  'user%2ename=root',
  'user%252ename=root',
  '%75ser.name=root',
  'user.name%00=root',
  '+user.name=root',
  'user.name%20=root',
  'user.name',
  'user.name%3Droot',
  'a;user.name=root',
  'a=1;doAs=root',
  'doAs=root',
  'doas=root',
  'do%41s=root',
  'a=%26user.name=root',
  'a=%3Buser.name=root',
  'a=1',
  'a=%zz',
  '%',
] as const
const ACTS_FOR = [
  'doAs=bob',
  'doAs=bob',
  'doas=bob',
  'do%41s=bob',
  'doAs=',
  'doAs=bob%00',
  'doAs=%62ob',
  'doAs=root',
  'doAs=mallory',
  'doAs=alice',
] as const

function someClaims(guard: Guard, random: Random): string[] {
  const claims: readonly [string, ...string[]] = guard.actsFor ? [...ACTS_FOR, ...CLAIMS] : CLAIMS
  return Array.from({length: random.pick([0, 0, 1, 1, 2])}, () => random.pick(claims))
}

const FORM_TYPES = [
  'application/x-www-form-urlencoded',
  'Application/X-WWW-Form-Urlencoded; charset=utf-8',
  'application/x-www-form-urlencoded;charset=utf-16',
  'application/x-www-form-urlencoded\r\nContent-Type: text/plain',
  'text/plain\r\nContent-Type: application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded, text/plain',
  ' application/x-www-form-urlencoded ;',
  'text/plain',
] as const

/** A form, another request, or nothing. */
function someBody({mark, guard, makings, random, hidden, wild}: Making): Framed {
  if (random.chance(0.6)) return {lines: [], body: ''}
  const frame = random.chance(wild) ? confused : random.pick([sized, chunked])
  if (hidden === undefined || random.chance(0.5)) {
    const form = Array.from({length: random.int(1, 4)}, () => random.pick(CLAIMS)).join('&')
    const {lines, body} = frame(form, random)
    return {lines: [`Content-Type: ${random.pick(FORM_TYPES)}`, ...lines], body}
  }
  const inner = someRequest({mark: `${mark}h`, guard, makings, random, wild, hidden: undefined}, [])
  hidden.push(inner)
  const text = textOf(inner)
  return frame(random.chance(0.3) ? text.slice(0, -2) : text, random)
}

/** Header lines with these proofs. */
function proofLines(proofs: readonly Proof[], random: Random): string[] {
  const cookies = proofs.filter(({place}) => place === 'cookie').map(({text}) => text)
  const fields = proofs.filter(({place}) => place !== 'cookie' && place !== 'query').map(({text}) => text)
  if (cookies.length === 0) return fields
  const jar = random.chance(0.3) ? ['a=b', ...cookies, 'Hadoop-JWT=x'] : cookies
  return [...fields, ...(random.chance(0.5) ? jar.map(each => `Cookie: ${each}`) : [`Cookie: ${jar.join('; ')}`])]
}

/** Headers by which one has got in elsewhere. */
const MORE = [
  `X-Forwarded-For: ${ELSEWHERE}`,
  `X-Forwarded-For: ${ELSEWHERE}, 127.0.0.1`,
  `X_Forwarded_For: ${ELSEWHERE}`,
  `Forwarded: for=${ELSEWHERE};host=forged.test`,
  `X-Real-IP: ${ELSEWHERE}`,
  'X-Forwarded-Host: forged.test',
  'X-Forwarded-Proto: forged',
  'X-Forwarded-Prefix: /forged',
  'X-Original-URL: /token/private/x',
  'X-Rewrite-URL: /token/private/x',
  'X-HTTP-Method-Override: DELETE',
  'X-Knox-Actor-ID: root',
  'x_knox-actor-groups-1: root',
  'SM-USER: root',
  'sm-user: root',
  'Connection: Authorization',
  'Connection: X-Forwarded-For, Cookie, SM_USER',
  'Connection: keep-alive, Host',
  'Upgrade: websocket\r\nConnection: Upgrade',
  'Expect: 100-continue',
  'Expect: everything',
  'Range: bytes=0-1',
  'TE: trailers',
  'Content-Encoding: gzip',
  'Access-Control-Request-Method: DELETE',
  'Accept: text/event-stream',
  'Last-Event-ID: 1',
  'Cookie: KNOXSESSIONID=x; pac4jSession=y',
  'Cookie: hadoop-jwt',
  `X-Big: ${'x'.repeat(20_000)}`,
  '__proto__: x',
  'constructor: x',
  'X-\x80: \xff',
] as const

/** A header line that some parsers read and others do not. */
function mutated(line: string, random: Random): string {
  const [name = '', ...rest] = line.split(':')
  const value = rest.join(':')
  const at = random.int(0, line.length)
  return random.pick([
    `${name} :${value}`,
    ` ${line}`,
    `\t${line}`,
    `${name.toLowerCase()}:${value}`,
    `${name.toUpperCase()}:${value}  `,
    `${name}:\r\n ${value}`,
    `${line}\r\n continued`,
    `${line}\n`,
    `${line}\r`,
    `X: y\n${line}`,
    `X: y\r${line}`,
    `:${line}`,
    `${name}${value}`,
    `${line.slice(0, at)}${random.pick(['\0', '\x01', '\x0b', '\x7f', '\x85', '\xa0', '\r', '\t'])}${line.slice(at)}`,
  ])
}

function shuffled<T>(all: readonly T[], random: Random): T[] {
  return all
    .map(each => [random.next(), each] as const)
    .sort(([a], [b]) => a - b)
    .map(([, each]) => each)
}
