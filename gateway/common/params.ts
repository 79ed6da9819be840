/**
 * A named value that a file may set: how its text is read, what holds when it is absent, and its
 * row of the manual. Tables of these are at once parser, type and documentation.
 */
export interface Param<T> {
  readonly doc: string
  readonly default: T
  /** What a bare number means (`ms`, `s`, `bytes`), or the kind of value (`true | false`). */
  readonly unit: string
  /** Throws RangeError that says what was expected. */
  read(text: string): T
}

export type ParamTable = Readonly<Record<string, Param<unknown>>>

/** The typed values of a table. A name with a part in braces, such as `{role}.acl`, stands for many params: its value is a list. */
export type Values<T extends ParamTable> = {
  readonly [K in keyof T]: T[K] extends Param<infer V>
    ? K extends `${string}{${string}`
      ? readonly Named<V>[]
      : V
    : never
}

/** The value of a param whose name has a shape: `name` is what stands in place of the braces, as written. */
export interface Named<V> {
  readonly name: string
  readonly value: V
}

/** Whether a name of a table stands for many. */
export const isShape = (name: string) => name.includes('{')

/** The values that hold when no file sets any. */
export function defaultsOf<T extends ParamTable>(table: T): Values<T> {
  const values = Object.entries(table).map(([name, param]) => [name, isShape(name) ? [] : param.default])
  // each value is the default of the param of its name
  return Object.fromEntries(values) as Values<T>
}

/** Any text. */
export function text(doc: string, value = ''): Param<string> {
  return {doc, default: value, unit: 'text', read: given => given}
}

/** A value of a header. */
export function headerValue(doc: string, value = ''): Param<string> {
  const read = (given: string) => {
    if (!/^[\t\x20-\x7E\x80-\xFF]*$/.test(given)) throw new RangeError('no header can have this value')
    return given.trim()
  }
  return {...text(doc, value), read}
}

/** A text that nobody is shown: it names an alias, or should. */
export function secret(doc: string): Param<string> {
  return {...text(doc), unit: SECRET}
}

/** The unit of params whose values are not shown. */
export const SECRET = 'secret'

/** A text without the blanks around it, once `check` has let it pass, which throws RangeError; an empty one is the default. */
export function checkedText(doc: string, unit: string, check: (given: string) => void, value = ''): Param<string> {
  return {
    ...text(doc, value),
    unit,
    read(given) {
      const kept = given.trim()
      if (kept !== '') check(kept)
      return kept || value
    },
  }
}

/** A regular expression, kept as text once it is known to be one. */
export function pattern(doc: string, value: string): Param<string> {
  return checkedText(doc, 'regular expression', checkPattern, value)
}

function checkPattern(given: string): void {
  try {
    new RegExp(given)
  } catch (error) {
    if (error instanceof SyntaxError) throw new RangeError(error.message)
    throw error
  }
}

/** `true` or `false`, in any case. */
export function flag(doc: string, value: boolean): Param<boolean> {
  return {
    doc,
    default: value,
    unit: 'true | false',
    read(given) {
      const word = given.trim().toLowerCase()
      if (word !== 'true' && word !== 'false') throw new RangeError(`${quoted(given)} is neither true nor false`)
      return word === 'true'
    },
  }
}

/** A whole number within bounds. */
export function integer(doc: string, value: number, {min = 0, max = Number.MAX_SAFE_INTEGER} = {}): Param<number> {
  return {doc, default: value, unit: 'number', read: given => whole(given, min, max)}
}

/** Items between commas, without the spaces around them; empty ones are left out. */
export function list(doc: string, value: readonly string[] = [], separator = ','): Param<readonly string[]> {
  return {
    doc,
    default: value,
    unit: `list, ${separator}`,
    read: given => itemsOf(given, separator),
  }
}

/** Items of a text, without the spaces around them; empty ones are left out. */
export const itemsOf = (given: string, separator = ','): readonly string[] =>
  given
    .split(separator)
    .map(item => item.trim())
    .filter(item => item !== '')

/** One of some words, in any case. */
export function oneOf<const C extends readonly string[]>(doc: string, value: C[number], choices: C): Param<C[number]> {
  return {
    doc,
    default: value,
    unit: choices.join(' | '),
    read(given) {
      const choice = choices.find(each => each.toLowerCase() === given.trim().toLowerCase())
      if (choice === undefined) throw new RangeError(`${quoted(given)} is none of ${choices.join(', ')}`)
      return choice
    },
  }
}

const MILLISECONDS: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000}

/** The longest time that a timer of Node's can be set to, in milliseconds: 24 days. A longer one goes off at once. */
const LONGEST = 2 ** 31 - 1

/** A length of time, in milliseconds: `500ms`, `30s`, `5m`, `1h`; a bare number is in `unit`. 0 means no limit. */
export function duration(doc: string, value: number, unit: 'ms' | 's'): Param<number> {
  return {
    doc,
    default: value,
    unit,
    read(given) {
      const ms = scaled(given, unit, MILLISECONDS, 'a time such as 500ms, 30s, 5m')
      if (ms > LONGEST) throw new RangeError(`${quoted(given)} is more than 24 days; 0 means no limit`)
      return ms
    },
  }
}

const BYTES: Readonly<Record<string, number>> = {
  b: 1,
  k: 1024,
  kb: 1024,
  kib: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  mib: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
  gib: 1024 ** 3,
}

/** A number of bytes: `65536`, `64k`, `1MiB`. */
export function size(doc: string, value: number, {min = 0, max = Number.MAX_SAFE_INTEGER} = {}): Param<number> {
  return {
    doc,
    default: value,
    unit: 'bytes',
    read(given) {
      const bytes = scaled(given, 'b', BYTES, 'a size such as 65536, 64k, 1m')
      if (bytes < min) throw new RangeError(`${quoted(given)} is less than ${min} bytes`)
      if (bytes > max) throw new RangeError(`${quoted(given)} is more than ${max} bytes`)
      return bytes
    },
  }
}

function scaled(given: string, bare: string, units: Readonly<Record<string, number>>, expected: string): number {
  const [, digits = '', unit = ''] = /^\s*(\d{1,12})\s*([A-Za-z]*)\s*$/.exec(given) ?? []
  const factor = units[unit === '' ? bare : unit.toLowerCase()]
  if (digits === '' || factor === undefined) throw new RangeError(`${quoted(given)} is not ${expected}`)
  return Number(digits) * factor
}

function whole(given: string, min: number, max: number): number {
  const number = /^\s*-?\d{1,15}\s*$/.test(given) ? Number(given) : Number.NaN
  if (!(number >= min && number <= max))
    throw new RangeError(`${quoted(given)} is not a whole number from ${min} to ${max}`)
  return number
}

const quoted = (given: string) => `"${given.length > 80 ? `${given.slice(0, 80)}…` : given}"`
