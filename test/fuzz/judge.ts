import {USERS} from './credentials.js'
import {pairsOf, readingsOf} from './readings.js'
import type {Asked, Case} from './request.js'
import type {Arrival} from './service.js'

/** The mark of the request that an arrival is; empty: it has none. */
export const markOf = ({start}: Arrival): string =>
  / [^ ?]*\/(r\d+x\dh?)(?:[?;/][^ ]*)? HTTP\/1\.1$/.exec(start)?.[1] ?? ''

/** What is wrong with a request having come to the service like this. */
export function wrongsOf(arrival: Arrival, asked: Asked | undefined): readonly string[] {
  const {start, lines, body, fault} = arrival
  if (fault !== undefined) return [`malformed at the service: ${fault}`]
  if (asked === undefined) return [`came though nobody asked for it: ${start}`]
  const {guard, may, secrets} = asked
  const [path = '', query = ''] = (start.split(' ')[1] ?? '').split(/\?(.*)/s)
  const sent = [start, ...lines].join('\n')
  return [
    ...(may.length === 0 ? ['came though it must not'] : []),
    ...pathWrongs(path, asked),
    ...claimWrongs(query, may),
    ...formWrongs(lines, body),
    ...lines.filter(isForged).map(line => `believed of the client: ${line}`),
    ...secrets.filter(secret => sent.includes(secret)).map(() => 'a secret of the client came along'),
    ...(guard.places.includes('header') ? lines.filter(line => /^sm[-_]user:/i.test(line)) : []),
  ]
}

function pathWrongs(path: string, {guard, may}: Asked): string[] {
  const base = guard.name
  if (!path.startsWith(`/${base}/`)) return [`came at ${path}, outside of /${base}`]
  return readingsOf(path).flatMap(segments => {
    const [first, ...rest] = segments
    const shown = `${path}, read as /${segments.join('/')}`
    if (first !== base || segments.includes('<out>')) return [`leads out: ${shown}`]
    return guard.secret !== undefined && rest.includes(guard.secret) && !may.includes('alice')
      ? [`came to what is secret: ${shown}`]
      : []
  })
}

function claimWrongs(query: string, may: readonly string[]): string[] {
  const pairs = pairsOf(query)
  const [[, told = ''] = [], ...more] = pairs.filter(([name]) => name === 'user.name')
  return [
    ...(more.length === 0 && may.includes(told) ? [] : [`told ${query}, which may be ${may.join(' or ')}`]),
    ...(pairs.some(([name]) => name === 'doas') ? [`acts for somebody: ${query}`] : []),
  ]
}

function formWrongs(lines: readonly string[], body: string): string[] {
  if (!lines.some(line => /^content-type:.*x-www-form-urlencoded/i.test(line))) return []
  const claims = pairsOf(body).filter(([name]) => name === 'user.name' || name === 'doas')
  return claims.map(([name]) => `a form says ${name}: ${body}`)
}

/** Where a request comes from, where it goes, and who acts, only the gateway says. */
const isForged = (line: string) =>
  /^x[-_]knox[-_]actor[-_]/i.test(line) ||
  (/^(?:x[-_]forwarded[-_]|forwarded:)/i.test(line) && /forged|10\.9\.8\.7/i.test(line)) ||
  /^x[-_](?:original|rewrite)[-_]url:/i.test(line)

/** What is wrong with what came back. */
export function answerWrongs(one: Case, text: string): readonly string[] {
  const readers = new Set(one.requests.filter(({guard}) => guard.events).flatMap(({may}) => may))
  const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status))
  return [
    ...statuses.filter(status => FAILURES.has(status)).map(status => `status ${status}`),
    ...(/\.[jt]s:\d+|node:internal|^\s+at /m.test(text) ? ['a stack'] : []),
    ...(/^access-control-allow-origin:(?! http:\/\/good\.test\r?$)/im.test(text) ? ['another origin may read it'] : []),
    ...USERS.filter(user => text.includes(`for-${user}`) && !readers.has(user)).map(user => `an event for ${user}`),
    ...(one.requests.every(({plain, may}) => plain && may.length > 0) && statuses.some(status => status !== 200)
      ? [`a good request is refused: ${statuses}`]
      : []),
  ]
}

/** What never has to be: the service and those who are asked are always there. */
const FAILURES: ReadonlySet<number> = new Set([500, 502, 503, 504])
