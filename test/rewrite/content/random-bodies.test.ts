import test from 'ava'
import fc from 'fast-check'
import {apply, type Editing, edited, editorFor} from './editing.js'

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

/** The body that chosen pieces make, before and after rules, with a byte in each character. */
function bodyOf({name, link, whole}: Syntax, chosen: readonly string[]): readonly [from: string, to: string] {
  const separator = name === 'JSON' ? ', ' : ''
  const made = (url: string) =>
    Buffer.from(whole(chosen.map(each => (each === 'LINK' ? link(url) : each) + separator).join(''))).toString('latin1')
  return name === 'a script' ? [made('/old/x'), made('/OLD/x')] : [made(LINK[0]), made(LINK[1])]
}

/** The same cut into pieces of these sizes, and what is left. */
function cutBy(text: string, sizes: readonly number[]): readonly string[] {
  const pieces: string[] = []
  let at = 0
  for (const size of sizes) {
    pieces.push(text.slice(at, at + size))
    at += size
  }
  return [...pieces, text.slice(at)]
}

for (const syntax of SYNTAXES) {
  const {name, editing, pieces} = syntax
  const piece = fc.constantFrom(...pieces, 'LINK')

  test(`${name}: what no rule touches stays byte for byte, however it is cut`, t => {
    fc.assert(
      fc.property(fc.array(piece, {maxLength: 30}), fc.array(fc.nat(4000), {maxLength: 12}), (chosen, sizes) => {
        const [from, to] = bodyOf(syntax, chosen)
        const {editor, told} = editorFor(editing)
        t.is(edited(editor, cutBy(from, sizes)), to)
        t.deepEqual(told, [])
      }),
      {seed: 20261126, numRuns: 150},
    )
  })

  test(`${name}: of a body of several megabytes too`, t => {
    const seed = Number(process.env['RANDOM_SEED'] ?? 20261126)
    t.log(`RANDOM_SEED=${seed}`)
    const some = fc.sample(piece, {seed, numRuns: 5000})
    const [once] = bodyOf(syntax, some)
    const [from, to] = bodyOf(syntax, Array.from({length: Math.ceil(3e6 / once.length)}, () => some).flat())
    const longest = [100, 5000, 70_000]
    for (const max of longest) {
      const sizes = fc.sample(fc.nat(max), {seed: seed + max, numRuns: Math.ceil((2 * from.length) / max)})
      const {editor, told} = editorFor(editing)
      const made = edited(editor, cutBy(from, sizes))
      t.true(made === to, `cut into pieces of up to ${max} bytes it differs from byte ${differsAt(made, to)}`)
      t.deepEqual(told, [])
    }
  })
}

function differsAt(one: string, other: string): number {
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  return at
}
