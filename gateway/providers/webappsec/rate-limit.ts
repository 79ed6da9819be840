import {createRequire} from 'node:module'
import type * as Limits from 'rate-limiter-flexible'
import type {Clock} from '../../common/clock.js'
import {GatewayError} from '../../common/errors.js'
import {flag, integer, list, oneOf, type Param, text, type Values} from '../../common/params.js'
import {type AddressRanges, addressPatterns} from '../../http/address-ranges.js'
import type {Exchange} from '../../pipeline/exchange.js'
import type {Filter} from '../../pipeline/filter.js'
import {pause} from '../../pipeline/pause.js'

const KEYS = ['address', 'user', 'service'] as const

function keys(doc: string): Param<readonly (typeof KEYS)[number][]> {
  const items = list(doc)
  const each = oneOf('', KEYS[0], KEYS)
  return {...items, default: ['address'], read: given => items.read(given).map(item => each.read(item))}
}

function addresses(doc: string): Param<readonly string[]> {
  const items = list(doc)
  const read = (given: string) => {
    const found = items.read(given)
    addressPatterns(found)
    return found
  }
  return {...items, read}
}

const UNUSED = 'Of Knox; no effect here.'

/** In the names of Jetty's `DoSFilter`, which Knox uses. Differs: what is over the limit is told when to come again, and streams are not cut. */
export const rateLimitParams = {
  'rate.limiting.enabled': flag(
    'Whether requests are counted, and those over the limit refused with 429. A stream counts when it begins.',
    false,
  ),
  'rate.limiting.maxRequestsPerSec': integer('Requests of one kind in a second.', 25, {min: 1}),
  'rate.limiting.by': keys('What makes requests one kind, together: `address`, `user`, `service`. Not in Knox.'),
  'rate.limiting.delayMs': integer(
    'How long one over the limit is held before it goes on, in ms; -1: it is refused at once.',
    100,
    {min: -1, max: 60_000},
  ),
  'rate.limiting.throttledRequests': integer('Requests that may be held at a time; more are refused.', 5),
  'rate.limiting.ipWhitelist': addresses('Addresses and ranges that are not counted.'),
  'rate.limiting.tooManyCode': integer('Status of a refusal.', 429, {min: 400, max: 599}),
  'rate.limiting.maxWaitMs': text(UNUSED),
  'rate.limiting.throttleMs': text(UNUSED),
  'rate.limiting.maxRequestMs': text(UNUSED),
  'rate.limiting.maxIdleTrackerMs': text(UNUSED),
  'rate.limiting.insertHeaders': text(UNUSED),
  'rate.limiting.trackSessions': text(UNUSED),
  'rate.limiting.remotePort': text(UNUSED),
  'rate.limiting.managedAttr': text(UNUSED),
}

type Options = Values<typeof rateLimitParams>

/** Counts in memory. Scope: process and topology. */
export function rateLimit(options: Options, clock: Clock): readonly Filter[] {
  if (!options['rate.limiting.enabled']) return []
  const {RateLimiterMemory} = limits()
  const limiter = new RateLimiterMemory({points: options['rate.limiting.maxRequestsPerSec'], duration: 1})
  const free: AddressRanges = addressPatterns(options['rate.limiting.ipWhitelist'])
  const overflow = overflowing(options, clock)
  const by = options['rate.limiting.by']
  return [
    {
      name: 'WebAppSec rate limit',
      // A user is not known before.
      late: by.includes('user'),
      enter(exchange) {
        if (free.has(exchange.clientAddress)) return exchange
        return limiter.consume(by.map(each => KEY[each](exchange)).join(' ')).then(
          () => exchange,
          (spent: unknown) => overflow(exchange, waitOf(spent)),
        )
      },
    },
  ]
}

/** Loaded by the first topology that counts. */
function limits(): typeof Limits {
  return createRequire(import.meta.url)('rate-limiter-flexible')
}

const KEY: Readonly<Record<(typeof KEYS)[number], (exchange: Exchange) => string>> = {
  address: ({clientAddress}) => clientAddress,
  user: ({principal, clientAddress}) => JSON.stringify(principal?.name ?? clientAddress),
  service: ({notes}) => notes.service,
}

/** Milliseconds until the second is over; throws what was no refusal. */
function waitOf(spent: unknown): number {
  if (typeof spent === 'object' && spent !== null && 'msBeforeNext' in spent) return Number(spent.msBeforeNext)
  throw spent
}

/** Holds what is over the limit, or refuses it. */
function overflowing(options: Options, clock: Clock): (exchange: Exchange, wait: number) => Promise<Exchange> {
  const {
    'rate.limiting.delayMs': delay,
    'rate.limiting.throttledRequests': most,
    'rate.limiting.tooManyCode': status,
  } = options
  let held = 0
  return async (exchange, wait) => {
    if (delay < 0 || held >= most) throw tooMany(status, wait)
    held += 1
    try {
      await pause(clock, delay, exchange.gone)
    } finally {
      held -= 1
    }
    return exchange
  }
}

/** RFC 6585 §4. */
const tooMany = (status: number, wait: number) =>
  new GatewayError(status, 'too-many-requests', 'Too many requests.', undefined, [
    'Retry-After',
    String(Math.max(1, Math.ceil(wait / 1000))),
  ])
