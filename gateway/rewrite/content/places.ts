/** One step of a path. `any`: every child; `deep`: the node itself and everything below it. */
export type PathStep = {readonly key: string | number} | 'any' | 'any attribute' | 'deep'

/** Marks the name of an attribute of XML, which `any` does not mean. */
export const ATTRIBUTE_MARK = '\0'

/** Names the text right in an element of XML, which neither `any` nor `deep` means. */
export const TEXT = '\0\0'

/** Where one is in a text of nested values, as far as some paths go. */
export interface Place<V> {
  /** What the paths that lead here stand for, in their order. */
  readonly here: readonly V[]
  /** No path leads here or further. */
  readonly isOutside: boolean
  /** The place of a field, an element or an item, by name or index. */
  child(key: string | number): Place<V>
}

/** The places under one. Keys that no path names are all alike, but for attributes. */
interface Below<V> {
  readonly named: ReadonlyMap<string | number, Place<V>>
  readonly attribute: Place<V>
  readonly other: Place<V>
}

/** Stands for the keys that no path names. */
const OTHER = -1

export type PathTo<V> = readonly [path: readonly PathStep[], value: V]

/**
 * The top of a text in which several paths are followed at once. Places are made when they are first come to, and
 * remembered: how many there are depends on the paths, not on the text.
 */
export function topOf<V>(paths: readonly PathTo<V>[]): Place<V> {
  const named = new Set(paths.flatMap(([steps]) => steps.flatMap(step => (typeof step === 'object' ? [step.key] : []))))
  const places = new Map<string, Place<V>>()

  /** `reached`: of each path how many of its steps may lie behind. */
  function place(reached: readonly ReadonlySet<number>[]): Place<V> {
    const id = reached.map(counts => [...counts].join()).join('|')
    const known = places.get(id)
    if (known !== undefined) return known
    const made = newPlace(reached)
    places.set(id, made)
    return made
  }

  function newPlace(reached: readonly ReadonlySet<number>[]): Place<V> {
    let below: Below<V> | undefined
    return {
      here: paths.flatMap(([steps, value], i) => (reached[i]?.has(steps.length) ? [value] : [])),
      isOutside: reached.every(counts => counts.size === 0),
      child(key) {
        below ??= placesBelow(reached)
        return below.named.get(key) ?? (isAttribute(key) ? below.attribute : below.other)
      },
    }
  }

  function placesBelow(reached: readonly ReadonlySet<number>[]): Below<V> {
    const at = (key: string | number) => place(reached.map((counts, i) => after(counts, paths[i]?.[0] ?? [], key)))
    const own = new Map([...named, TEXT].map(key => [key, at(key)]))
    return {named: own, attribute: at(ATTRIBUTE_MARK), other: at(OTHER)}
  }

  return place(paths.map(([steps]) => withDeep(new Set([0]), steps)))
}

const isAttribute = (key: string | number) => typeof key === 'string' && key.startsWith(ATTRIBUTE_MARK)

function after(counts: ReadonlySet<number>, steps: readonly PathStep[], key: string | number): ReadonlySet<number> {
  const next = new Set<number>()
  for (const count of counts) {
    const step = steps[count]
    if (step === 'deep') {
      if (key !== TEXT) next.add(count)
    } else if (isStep(step, key)) next.add(count + 1)
  }
  return withDeep(next, steps)
}

function isStep(step: Exclude<PathStep, 'deep'> | undefined, key: string | number): boolean {
  if (step === 'any') return !isAttribute(key)
  if (step === 'any attribute') return isAttribute(key) && key !== TEXT
  return step?.key === key
}

/** `deep` may stand for nothing. */
function withDeep(counts: ReadonlySet<number>, steps: readonly PathStep[]): ReadonlySet<number> {
  const all = new Set(counts)
  for (const count of all) if (steps[count] === 'deep') all.add(count + 1)
  return all
}
