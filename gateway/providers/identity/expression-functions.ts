import type {ExpressionContext} from './expression.js'
import {readPattern, regexTemplate} from './regex-template.js'

export type Value = string | number | boolean | readonly string[] | ReadonlyMap<Value, Value> | undefined

/** What a value is; `any` is known only when it is there. */
export type Kind = 'text' | 'number' | 'boolean' | 'list' | 'table' | 'any'

export type Evaluate = (context: ExpressionContext) => Value

/** An argument; `literal` where it stands in the expression as a value. */
export interface Argument {
  readonly evaluate: Evaluate
  readonly literal?: Value
}

/** A function of the language. */
export interface ExpressionFunction {
  readonly takes: readonly Kind[]
  /** Of the arguments after those; undefined: there are none. */
  readonly rest?: Kind
  /** Arguments that must be there; by default all of `takes`. */
  readonly least?: number
  readonly gives: Kind
  /** Arguments are evaluated when they are needed. Throws RangeError for what is seen to be wrong beforehand. */
  make(args: readonly Argument[]): Evaluate
}

type Call = (args: readonly Value[], context: ExpressionContext) => Value

/** One whose arguments are all evaluated first. */
function plain(
  takes: readonly Kind[],
  gives: Kind,
  call: Call,
  more: Partial<ExpressionFunction> = {},
): ExpressionFunction {
  return {
    takes,
    gives,
    ...more,
    make: args => context =>
      call(
        args.map(({evaluate}) => evaluate(context)),
        context,
      ),
  }
}

const text = (value: Value) => String(value ?? '')
const number = (value: Value) => (typeof value === 'number' ? value : Number.NaN)
const isTrue = (value: Value) => value === true
const listOf = (value: Value) => (Array.isArray(value) ? (value as readonly string[]) : [])
const tableOf = (value: Value) =>
  value instanceof Map ? (value as ReadonlyMap<Value, Value>) : new Map<Value, Value>()

/** Patterns stand in the expression itself, so that they are read once, and no request can bring its own. */
function literal(argument: Argument | undefined): string {
  if (typeof argument?.literal !== 'string') throw new RangeError("a pattern must stand between ' and '")
  return argument.literal
}

const compare = (test: (a: number, b: number) => boolean) =>
  plain(['number', 'number'], 'boolean', ([a, b]) => test(number(a), number(b)))
const calculate = (work: (a: number, b: number) => number) =>
  plain(['number', 'number'], 'number', ([a, b]) => work(number(a), number(b)))
const ofText = (work: (one: string, other: string) => boolean) =>
  plain(['text', 'text'], 'boolean', ([one, other]) => work(text(one), text(other)))

const table: Readonly<Record<string, ExpressionFunction>> = {
  or: {
    takes: ['boolean'],
    rest: 'boolean',
    gives: 'boolean',
    make: args => context => args.some(({evaluate}) => isTrue(evaluate(context))),
  },
  and: {
    takes: ['boolean'],
    rest: 'boolean',
    gives: 'boolean',
    make: args => context => args.every(({evaluate}) => isTrue(evaluate(context))),
  },
  if: {
    takes: ['boolean', 'any', 'any'],
    least: 2,
    gives: 'any',
    make:
      ([test, then, other]) =>
      context =>
        (isTrue(test?.evaluate(context)) ? then : other)?.evaluate(context),
  },
  not: plain(['boolean'], 'boolean', ([value]) => !isTrue(value)),
  '=': plain(['any', 'any'], 'boolean', ([a, b]) => a === b),
  '!=': plain(['any', 'any'], 'boolean', ([a, b]) => a !== b),
  '<': compare((a, b) => a < b),
  '<=': compare((a, b) => a <= b),
  '>': compare((a, b) => a > b),
  '>=': compare((a, b) => a >= b),
  '+': calculate((a, b) => a + b),
  '-': calculate((a, b) => a - b),
  '*': calculate((a, b) => a * b),
  '/': calculate((a, b) => a / b),
  match: {
    takes: ['any', 'text'],
    gives: 'boolean',
    make([subject, pattern]) {
      const whole = readPattern(`^(?:${literal(pattern)})$`)
      return context => {
        const value = subject?.evaluate(context)
        return (Array.isArray(value) ? listOf(value) : [text(value)]).some(each => whole.test(each))
      }
    },
  },
  size: plain(['list'], 'number', ([list]) => listOf(list).length),
  empty: plain(['list'], 'boolean', ([list]) => listOf(list).length === 0),
  username: plain(['text'], 'boolean', ([name], {username}) => username === name),
  member: plain(['text'], 'boolean', ([group], {groups}) => groups.includes(text(group))),
  lowercase: plain(['text'], 'text', ([value]) => text(value).toLowerCase()),
  uppercase: plain(['text'], 'text', ([value]) => text(value).toUpperCase()),
  concat: plain(['any'], 'text', values => values.map(text).join(''), {rest: 'any'}),
  substr: plain(
    ['text', 'number', 'number'],
    'text',
    ([value, from, to]) => text(value).slice(number(from), to === undefined ? undefined : number(to)),
    {least: 2},
  ),
  strlen: plain(['text'], 'number', ([value]) => text(value).length),
  'starts-with': ofText((one, other) => one.startsWith(other)),
  'ends-with': ofText((one, other) => one.endsWith(other)),
  contains: ofText((one, other) => other.includes(one)),
  'index-of': plain(['text', 'text'], 'number', ([one, other]) => text(other).indexOf(text(one))),
  'regex-template': {
    takes: ['text', 'text', 'text', 'table', 'boolean'],
    least: 3,
    gives: 'text',
    make([subject, pattern, template, lookup, original]) {
      const input = readPattern(literal(pattern))
      return context =>
        regexTemplate(input, text(template?.evaluate(context)), {
          lookup: lookupOf(lookup?.evaluate(context)),
          original: isTrue(original?.evaluate(context)),
        })(text(subject?.evaluate(context)))
    },
  },
  hash: plain(
    [],
    'table',
    pairs => new Map(pairs.flatMap((key, i) => (i % 2 === 0 ? [[key, pairs[i + 1]] as const] : []))),
    {rest: 'any'},
  ),
  at: plain(['any', 'table'], 'any', ([key, of]) => tableOf(of).get(key)),
  'request-header': plain(['text'], 'text', ([name], {header}) => header(text(name))),
  'request-parameter': plain(['text'], 'text', ([name], {parameter}) => parameter(text(name))),
}

const lookupOf = (value: Value) =>
  new Map([...tableOf(value)].map(([key, each]) => [text(key).toLowerCase(), text(each)]))

/** By name. Knox's `request-attribute`, `session` and `print` ask what there is not here. */
export const FUNCTIONS: ReadonlyMap<string, ExpressionFunction> = new Map(Object.entries(table))
