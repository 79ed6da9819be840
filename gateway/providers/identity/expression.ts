import type {Param} from '../../common/params.js'
import {type Argument, FUNCTIONS, type Kind, type Value} from './expression-functions.js'

/** What an expression may ask of an exchange. */
export interface ExpressionContext {
  readonly username: string
  readonly groups: readonly string[]
  /** First value of a request header; empty when there is none. */
  header(name: string): string
  /** First value of a query parameter, decoded; empty when there is none. */
  parameter(name: string): string
}

/** An expression that is ready to be asked. */
export type Expression = (context: ExpressionContext) => Value

/**
 * A param that holds an expression in Knox's little language, such as `(and (member 'admin') (starts-with username 'a'))`.
 * Names, counts and kinds of arguments are checked when it is read. Source: Knox, `plang.Parser`, `plang.Interpreter`.
 */
export function expression(doc: string, kind: Kind): Param<string> {
  return {
    doc,
    default: '',
    unit: `expression: ${kind}`,
    read(given) {
      compileExpression(given, kind)
      return given
    },
  }
}

/** Throws RangeError for a text that is no expression of that kind. */
export function compileExpression(text: string, kind: Kind): Expression {
  const tokens = text.match(/'[^']*'|[()]|[^\s()']+|'/g) ?? []
  const reader: Reader = {tokens, at: 0}
  const {kind: given, evaluate} = readNode(reader)
  if (reader.at < tokens.length) throw new RangeError(`"${tokens[reader.at]}" after the end of the expression`)
  if (given !== kind && given !== 'any' && kind !== 'any')
    throw new RangeError(`the expression gives a ${given}, not a ${kind}`)
  return evaluate
}

interface Reader {
  readonly tokens: readonly string[]
  at: number
}

interface Node extends Argument {
  readonly kind: Kind
}

function readNode(reader: Reader): Node {
  const token = reader.tokens[reader.at++]
  if (token === undefined || token === ')')
    throw new RangeError(token ? 'a ) too many' : 'the expression ends too soon')
  if (token === "'") throw new RangeError("a ' is not closed")
  if (token === '(') return readCall(reader)
  if (token.startsWith("'")) return constant('text', token.slice(1, -1))
  if (/^-?\d+(?:\.\d+)?$/.test(token)) return constant('number', Number(token))
  if (token === 'true' || token === 'false') return constant('boolean', token === 'true')
  if (token === 'username') return {kind: 'text', evaluate: context => context.username}
  if (token === 'groups') return {kind: 'list', evaluate: context => context.groups}
  throw new RangeError(`there is no variable ${token}`)
}

const constant = (kind: Kind, value: Value): Node => ({kind, literal: value, evaluate: () => value})

function readCall(reader: Reader): Node {
  const name = reader.tokens[reader.at++] ?? ''
  const found = FUNCTIONS.get(name)
  if (found === undefined) throw new RangeError(`there is no function ${name}`)
  const args: Node[] = []
  while (reader.tokens[reader.at] !== ')') args.push(readNode(reader))
  reader.at++
  const {takes, rest, least = takes.length, gives, make} = found
  if (
    args.length < least ||
    (rest === undefined && args.length > takes.length) ||
    (name === 'hash' && args.length % 2 > 0)
  )
    throw new RangeError(`${name} does not take ${args.length} arguments`)
  for (const [i, {kind}] of args.entries()) {
    const wanted = takes[i] ?? rest ?? 'any'
    if (kind !== wanted && kind !== 'any' && wanted !== 'any')
      throw new RangeError(`argument ${i + 1} of ${name} is a ${kind}, not a ${wanted}`)
  }
  return {kind: gives, evaluate: make(args)}
}
