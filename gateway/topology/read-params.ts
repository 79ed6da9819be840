import {isShape, type Named, type Param, type ParamTable, type Values} from '../common/params.js'
import type {Problems} from '../common/problem.js'
import {suggestion} from '../common/suggest.js'
import type {ParamDescriptor} from '../descriptor/topology-descriptor.js'

/**
 * Reads the params of something by their table. Names count in any case, since Knox lower-cases many of them. A wrong
 * value and an unknown name are faults, of a name set twice the later holds. What no file sets is absent.
 */
export function readParams<T extends ParamTable>(
  of: string,
  table: T,
  params: readonly ParamDescriptor[],
  problems: Problems,
): Partial<Values<T>> {
  const find = finderOf(table)
  const given = new Map<string, unknown>()
  const before = new Set<string>()
  for (const {name, value, at} of params) {
    const found = find(name)
    if (found === undefined) {
      problems.fault('param-unknown', at, `${name} is not a param of ${of}${suggestion(name, Object.keys(table))}`)
      continue
    }
    const whole = `${found.name} ${found.part?.toLowerCase()}`
    if (before.has(whole)) problems.warning('param-duplicate', at, `${name} is set twice; this one holds`)
    before.add(whole)
    try {
      const read = found.param.read(value)
      given.set(found.name, found.part === undefined ? read : withNamed(given.get(found.name), found.part, read))
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      problems.fault('param-invalid', at, `${name}: ${error.message}`)
    }
  }
  // every value was read by the param of its name
  return Object.fromEntries(given) as Partial<Values<T>>
}

/** A param of a table; `part` is what stands in place of the braces. */
interface Found {
  readonly name: string
  readonly param: Param<unknown>
  readonly part: string | undefined
}

type Find = (name: string) => Found | undefined

/** Tables are few, and read for every service of every topology. */
const finders = new WeakMap<ParamTable, Find>()

function finderOf(table: ParamTable): Find {
  const known = finders.get(table) ?? finder(table)
  finders.set(table, known)
  return known
}

function finder(table: ParamTable): Find {
  const whole = new Map(Object.entries(table).map(([name, param]) => [name.toLowerCase(), {name, param}]))
  const shapes = Object.entries(table)
    .filter(([name]) => isShape(name))
    .sort(([one], [other]) => fixedPart(other) - fixedPart(one))
  return name => {
    const exact = whole.get(name.toLowerCase())
    if (exact !== undefined && !isShape(exact.name)) return {...exact, part: undefined}
    for (const [shape, param] of shapes) {
      const part = partOf(name, shape)
      if (part !== undefined) return {name: shape, param, part}
    }
    return undefined
  }
}

const fixedPart = (shape: string) => shape.replace(/\{[^}]*\}/, '').length

/** What stands in a name where its shape has braces; undefined when it has not that shape. */
function partOf(name: string, shape: string): string | undefined {
  const [front = '', back = ''] = shape.split(/\{[^}]*\}/)
  const part = name.slice(front.length, name.length - back.length)
  return part !== '' && `${front}${part}${back}`.toLowerCase() === name.toLowerCase() ? part : undefined
}

/** In the order of the file; a part that was there before gives way. */
function withNamed(before: unknown, name: string, value: unknown): readonly Named<unknown>[] {
  const named = Array.isArray(before) ? (before as readonly Named<unknown>[]) : []
  return [...named.filter(each => each.name.toLowerCase() !== name.toLowerCase()), {name, value}]
}
