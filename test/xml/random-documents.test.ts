import test from 'ava'
import fc from 'fast-check'
import {XMLParser} from 'fast-xml-parser'
import {problems} from '../../gateway/common/problem.js'
import {parseXml} from '../../gateway/xml/parse-xml.js'
import type {XmlElement} from '../../gateway/xml/xml-element.js'

/** Name, attributes, text and children. Of the text only what is not white space: what blanks mean is the layout's business. */
type Plain = readonly [string, Readonly<Record<string, string>>, string, readonly Plain[]]

/** Another reader of the same, which knows neither places nor faults. */
const other = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  trimValues: false,
  parseTagValue: false,
  cdataPropName: 'cdata',
  ignorePiTags: true,
})

const bare = (text: string) => text.replace(/\s+/g, '')

const ours = ({name, attributes, text, children}: XmlElement): Plain => [
  name,
  Object.fromEntries([...attributes].map(([key, {value}]) => [key, value])),
  bare(text),
  children.map(ours),
]

function theirs(node: Readonly<Record<string, unknown>>): Plain {
  const {':@': attributes = {}, ...rest} = node
  const [[name, inner] = ['', []]] = Object.entries(rest)
  // preserveOrder gives lists of such nodes all the way down
  const nodes = inner as readonly Record<string, unknown>[]
  const text = nodes.map(each => each['#text'] ?? (each['cdata'] as typeof nodes | undefined)?.[0]?.['#text'] ?? '')
  const children = nodes.filter(each => !('#text' in each || 'cdata' in each))
  return [name, attributes as Plain[1], bare(text.join('')), children.map(theirs)]
}

const PIECES = [
  ' ',
  '\n',
  '\r\n',
  'text',
  ' é ',
  '&lt;',
  '&amp;amp;',
  '<!-- <x> -->',
  '<![CDATA[ <y> & ]]>',
  '<?pi <z> ?>',
]
const TAGS: readonly (readonly [string, string])[] = [
  ['<a>', '</a>'],
  ['<b c="1 &lt; 2"\n d=\'"\'>', '</b >'],
  ['<x:p xmlns:x="u">', '</x:p>'],
]

const {content} = fc.letrec<{content: string; element: string}>(tie => ({
  content: fc
    .array(fc.oneof({maxDepth: 4}, fc.constantFrom(...PIECES, '<e/>'), tie('element')))
    .map(all => all.join('')),
  element: fc.tuple(fc.constantFrom(...TAGS), tie('content')).map(([[open, close], inner]) => open + inner + close),
}))

test('a document means the same to another reader', t => {
  fc.assert(
    fc.property(content, inner => {
      const text = `<?xml version="1.0"?>\n<root>${inner}</root>\n`
      const told = problems()
      const root = parseXml('f', new TextEncoder().encode(text), told)
      t.deepEqual(told.all, [])
      const found: readonly Record<string, unknown>[] = other.parse(text)
      const [expected] = found.filter(node => 'root' in node)
      t.deepEqual(root && ours(root), expected && theirs(expected))
    }),
    {numRuns: 500},
  )
})
