import {createRequire} from 'node:module'
import type * as Yaml from 'yaml'
import type {Problems, SourceLocation} from '../common/problem.js'

/** A value of a file in JSON or YAML. What is neither a list nor a map is text as it was written, without quotes. */
export type DataNode = {readonly at: SourceLocation} & (
  | {readonly kind: 'text'; readonly text: string}
  | {readonly kind: 'list'; readonly items: readonly DataNode[]}
  | {readonly kind: 'map'; readonly entries: readonly DataEntry[]}
)

/** One of a map's; those that are `null` are left out. */
export interface DataEntry {
  readonly key: string
  readonly at: SourceLocation
  readonly value: DataNode
}

/** How large a file may be, in bytes. */
const MAX_BYTES = 1024 * 1024
/** How many brackets may be open: the package's time grows with the square, its stack as well. */
const MAX_DEPTH = 64

/**
 * The value of a file in YAML 1.2, of which JSON is a part; undefined when it is not well-formed, with one fault that says where.
 * Aliases are refused, as a few lines of them can stand for gigabytes.
 */
export function parseData(file: string, bytes: Uint8Array, problems: Problems): DataNode | undefined {
  const {parseDocument, LineCounter} = yaml()
  const lineCounter = new LineCounter()
  const at = (offset: number): SourceLocation => {
    const {line, col} = lineCounter.linePos(offset)
    return {file, line: Math.max(1, line), column: Math.max(1, col)}
  }
  const text = readable(file, bytes, problems)
  if (text === undefined) return undefined
  const {errors, contents} = parseDocument(text, {schema: 'failsafe', lineCounter, prettyErrors: false})
  const [error] = errors
  if (error) problems.fault('data-malformed', at(error.pos[0]), error.message)
  return error ? undefined : nodeOf(contents, at, problems)
}

/** Loaded by the first file that wants it: most homes have XML alone. */
function yaml(): typeof Yaml {
  return createRequire(import.meta.url)('yaml')
}

/** The text, when it may be parsed. */
function readable(file: string, bytes: Uint8Array, problems: Problems): string | undefined {
  const refuse = (why: string) => {
    problems.fault('data-malformed', {file, line: 1, column: 1}, why)
    return undefined
  }
  if (bytes.length > MAX_BYTES) return refuse(`the file has ${bytes.length} bytes, more than ${MAX_BYTES}`)
  const text = Buffer.from(bytes).toString()
  if (!Buffer.from(text).equals(bytes)) return refuse('the file is not UTF-8')
  return depthOf(text) > MAX_DEPTH ? refuse(`more than ${MAX_DEPTH} brackets are open`) : text
}

/** Brackets in quotes count too: in these files they come in pairs. */
function depthOf(text: string): number {
  let depth = 0
  let most = 0
  for (const bracket of text.match(/[[\]{}]/g) ?? []) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1
    most = Math.max(most, depth)
  }
  return most
}

type Locate = (offset: number) => SourceLocation

function nodeOf(node: unknown, locate: Locate, problems: Problems): DataNode | undefined {
  const {isAlias, isMap, isScalar, isSeq} = yaml()
  const at = locate(isNodeWithRange(node) ? node.range[0] : 0)
  const inner = (each: unknown) => nodeOf(each, locate, problems)
  if (isMap(node))
    return {kind: 'map', at, entries: node.items.flatMap(({key, value}) => entryOf(inner(key), inner(value)))}
  if (isSeq(node)) return {kind: 'list', at, items: node.items.flatMap(item => inner(item) ?? [])}
  if (isAlias(node)) problems.fault('data-malformed', at, `aliases such as *${node.source} are not read; write it out`)
  if (!isScalar(node) || isNull(node)) return undefined
  return {kind: 'text', at, text: String(node.value)}
}

function entryOf(key: DataNode | undefined, value: DataNode | undefined): readonly DataEntry[] {
  return key?.kind === 'text' && value ? [{key: key.text, at: key.at, value}] : []
}

const isNull = ({type, value}: Yaml.Scalar) => type === 'PLAIN' && /^(?:|~|null)$/i.test(String(value))

const isNodeWithRange = (node: unknown): node is {readonly range: Yaml.Range} =>
  yaml().isNode(node) && Array.isArray(node.range)
