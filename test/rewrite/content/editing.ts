import test from 'ava'
import type {
  ContentDescriptor,
  Direction,
  FilterPartDescriptor,
} from '../../../gateway/descriptor/rewrite-descriptor.js'
import {bodyEditors} from '../../../gateway/rewrite/content/body-editors.js'
import {changeIn} from '../../../gateway/rewrite/content/change.js'
import {charsetOf} from '../../../gateway/rewrite/content/charset.js'
import type {Editor} from '../../../gateway/rewrite/content/editor.js'
import type {Use} from '../../../gateway/rewrite/trace.js'

const at = {file: 'rewrite.xml', line: 1, column: 1}

/** `<apply path="…" rule="…"/>` */
export function apply(path: string, rule?: string): FilterPartDescriptor {
  return {kind: 'apply', path, rule, at}
}

/** `<buffer path="…">` or `<scope path="…">` */
export function group(
  kind: 'buffer' | 'scope',
  path: string,
  ...parts: readonly FilterPartDescriptor[]
): FilterPartDescriptor {
  return {kind, path, parts, at}
}

/** `<detect path="…" value="…">` */
export function detect(path: string, value: string, ...parts: readonly FilterPartDescriptor[]): FilterPartDescriptor {
  return {kind: 'detect', path, value, parts, at}
}

export interface Editing {
  readonly type: string
  /** Undefined: there is no filter. */
  readonly parts?: readonly FilterPartDescriptor[]
  readonly asType?: string
  readonly direction?: Direction
  readonly limit?: number
}

/**
 * What rules do in these tests: `up` makes capitals, `mark` puts «» around, `fail` applies to nothing; the rule that fits best makes
 * `/gw/…` of `/old/…` and leaves all else.
 */
function rewrite(text: string, use: Use | undefined): string | undefined {
  const rule = use?.rule
  if (rule === 'up') return text.toUpperCase()
  if (rule === 'mark') return `«${text}»`
  if (rule !== undefined && rule !== '*') return undefined
  return text.startsWith('/old/') ? `/gw/${text.slice(5)}` : undefined
}

/** An editor, and what it told. */
export function editorFor({type, parts, asType, direction = 'out', limit = 1000}: Editing) {
  const told: string[] = []
  const contents: readonly ContentDescriptor[] = [{type, asType, parts: parts ?? [], at}]
  const filter = parts && {name: 'f', contents, at}
  const charset = charsetOf(type) ?? charsetOf('')
  if (charset === undefined) throw new Error('no charset')
  const [media = ''] = type.split(';')
  const make = bodyEditors(
    filter && {...filter, contents: contents.map(each => ({...each, type: media}))},
    direction,
    true,
  )(media)
  const editor: Editor = make?.make({
    change: changeIn(charset, rewrite),
    broken: (offset, why) => told.push(`${offset}: ${why}`),
    limit,
  }) ?? {push: text => text, end: () => ''}
  return {editor, told}
}

/** What becomes of a body that comes in pieces. */
export const edited = (editor: Editor, pieces: readonly string[]) =>
  pieces.map(piece => editor.push(piece)).join('') + editor.end()

/** One body in one piece, cut in two everywhere, and byte by byte: always the same comes out, and the same is told. */
export const becomes = test.macro({
  exec(t, editing: Editing, input: string, expected: string, ...told: readonly string[]) {
    const bytes = Buffer.from(input).toString('latin1')
    const cuts = [[bytes], [...bytes], ...Array.from(bytes, (_, i) => [bytes.slice(0, i), bytes.slice(i)])]
    for (const pieces of cuts) {
      const {editor, told: heard} = editorFor(editing)
      const output = Buffer.from(edited(editor, pieces), 'latin1').toString()
      if (output !== expected || heard.join() !== told.join())
        t.deepEqual([output, heard, pieces.length], [expected, told, pieces[0]?.length])
    }
    t.pass()
  },
  title: (name, {type}: Editing, input: string) => name ?? `${type}: ${input}`.slice(0, 100).replace(/\s+/g, ' '),
})
