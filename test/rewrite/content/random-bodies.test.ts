import test from 'ava'
import fc from 'fast-check'
import {apply, type Editing, editorFor} from './editing.js'

/** A value that a rule changes, and what it becomes; all that stands around it must stay. */
const LINK = ['/old/x', '/gw/x'] as const

interface Syntax {
  readonly name: string
  readonly editing: Editing
  /** Pieces that no rule touches, in any order. */
  readonly pieces: readonly string[]
  /** A link in that syntax. */
  readonly link: (url: string) => string
  readonly whole: (text: string) => string
}

const SYNTAXES: readonly Syntax[] = [
  {
    name: 'JSON',
    editing: {type: 'application/json'},
    pieces: [
      '1.50e+3',
      ' -0 ',
      'null',
      '"é\\u00e9\\\\\\""',
      '{"a" :\t[ ]}',
      '[\r\n{"k":"v"}]',
      '"//"',
      `"${'x'.repeat(1500)}"`,
    ],
    link: url => `{"href": "${url}"}`,
    whole: text => `[${text}0]`,
  },
  {
    name: 'HTML',
    editing: {type: 'text/html'},
    pieces: [
      '<p class=a  b = "c d" e>',
      '</p >',
      '<!-- <a href="/old/x"> -->',
      'text & é\n',
      '<script>"/old/x"</script>',
      '<br/>',
      '< x',
      '<title>/old y<</title>',
      '<?x ?>',
      '<!DOCTYPE html>',
    ],
    link: url => `<a b='${url}'>`,
    whole: text => text,
  },
  {
    name: 'XML',
    editing: {type: 'text/xml'},
    pieces: [
      '<b  c = "d"/>',
      '<!-- /old/x -->',
      '<![CDATA[ <x> ]]>',
      '<?p /old/x?>',
      ' é &amp; ',
      '<n:b xmlns:n="u"></n:b>',
    ],
    link: url => `<a href="${url}">${url}</a>`,
    whole: text => `<?xml version="1.0"?><r>${text}</r>`,
  },
  {
    name: 'a script',
    editing: {type: 'text/javascript', parts: [apply('/old/', 'up')]},
    pieces: ['var a = 1;\n', '"/ol"', '\r\n', 'é', 'x'.repeat(5000), '// old\n'],
    link: url => `"${url}"`,
    whole: text => text,
  },
]

for (const {name, editing, pieces, link, whole} of SYNTAXES)
  test(`${name}: what no rule touches stays byte for byte, however it is cut`, t => {
    const separator = name === 'JSON' ? ', ' : ''
    const [from, to] = name === 'a script' ? ['/old/x', '/OLD/x'] : LINK
    const piece = fc.constantFrom(...pieces, 'LINK')
    fc.assert(
      fc.property(fc.array(piece, {maxLength: 30}), fc.array(fc.nat(4000), {maxLength: 12}), (chosen, sizes) => {
        const made = (url: string) =>
          whole(chosen.map(each => (each === 'LINK' ? link(url) : each) + separator).join(''))
        const input = Buffer.from(made(from)).toString('latin1')
        const {editor, told} = editorFor(editing)
        let output = ''
        let at = 0
        for (const size of sizes) {
          output += editor.push(input.slice(at, at + size))
          at += size
        }
        output += editor.push(input.slice(at)) + editor.end()
        t.is(output, Buffer.from(made(to)).toString('latin1'))
        t.deepEqual(told, [])
      }),
      {seed: 20261126, numRuns: 150},
    )
  })
