import {ANONYMOUS} from '../common/anonymous.js'
import {cookieOf} from '../http/cookies.js'
import {requestField} from '../http/forwarded.js'
import type {HashOn} from './balancing-policy.js'
import type {Member} from './endpoint.js'
import type {Asking, Order} from './order.js'
import {RoundRobin} from './round-robin.js'

/** Keys fall into as many slots, and each slot has its endpoint: bits of a slot's number. */
const BITS = 16
const SLOTS = 2 ** BITS

/**
 * Rendezvous hashing (Thaler and Ravishankar, 1998) with weights: each endpoint draws a lot for a key, the highest has it.
 * It depends on the key and the URLs alone, in whatever order: every gateway decides the same, and an endpoint that leaves moves
 * its own keys only. Lots are drawn for slots of keys, and who won is remembered. What has no key goes by round robin.
 */
export class Rendezvous implements Order {
  readonly all: readonly Member[]
  readonly #keyOf: (asking: Asking) => string | undefined
  readonly #keyless: RoundRobin
  /** Of each slot, the place of its endpoint in `all`, from 1; 0: not known yet. */
  readonly #places = new Uint16Array(SLOTS)

  constructor(members: readonly Member[], hashOn: HashOn) {
    this.all = members
    this.#keyOf = keyOf(hashOn)
    this.#keyless = new RoundRobin(members)
  }

  next(asking: Asking, candidates: readonly Member[]): Member | undefined {
    const key = this.#keyOf(asking)
    if (key === undefined) return this.#keyless.next(asking, candidates)
    const slot = slotOf(key)
    const place = this.#placeOf(slot)
    const owner = this.all[place]
    // Candidates are those of `all` in the same order: it stands as many places before its own, at most, as others are missing.
    const from = Math.max(0, place - (this.all.length - candidates.length))
    if (owner && isWarm(owner, slot) && candidates.indexOf(owner, from) >= 0) return owner
    const warm = candidates.filter(member => isWarm(member, slot))
    return highest(slot, warm) ?? highest(slot, candidates)
  }

  failed(): void {}

  /** Of a slot's endpoint, in `all`; -1: there is none. */
  #placeOf(slot: number): number {
    const known = this.#places[slot] ?? 0
    if (known > 0) return known - 1
    const owner = highest(slot, this.all)
    const place = owner === undefined ? -1 : this.all.indexOf(owner)
    this.#places[slot] = place + 1
    return place
  }
}

function keyOf(hashOn: HashOn): (asking: Asking) => string | undefined {
  if (hashOn === 'principal') return ({principal}) => (principal?.name === ANONYMOUS ? undefined : principal?.name)
  const name = hashOn.slice(hashOn.indexOf(':') + 1)
  if (hashOn.startsWith('cookie:')) return ({request}) => cookieOf(request.headers, name)
  return asking => requestField(asking, name)
}

/** FNV-1a of the key's UTF-16 units, mixed. */
function slotOf(key: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return mixed(hash) >>> (32 - BITS)
}

/** Every bit depends on every other: the finalizer of MurmurHash3. */
function mixed(bits: number): number {
  const one = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  const two = Math.imul(one ^ (one >>> 13), 0xc2b2ae35)
  return two ^ (two >>> 16)
}

function highest(slot: number, members: readonly Member[]): Member | undefined {
  let best: Member | undefined
  let most = 0
  for (const member of members) {
    const lot = lotOf(slot, member)
    if (lot < most || (lot === most && best !== undefined && member.mark < best.mark)) continue
    best = member
    most = lot
  }
  return best
}

/** From a number in (0, 1) that slot and endpoint make; the weight does what so many endpoints would. */
function lotOf(slot: number, {seed, weight}: Member): number {
  const chance = (mixed(mixed(slot + 1) ^ seed) >>> 0) + 0.5
  return -weight / Math.log(chance / 2 ** 32)
}

/** While an endpoint warms up it has but a part of its slots, the same ones and more. */
const isWarm = ({share, weight}: Member, slot: number) => share >= weight || slot / SLOTS < share / weight
