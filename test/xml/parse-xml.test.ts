import test from 'ava'
import {printProblem, problems} from '../../gateway/common/problem.js'
import {MAX_BYTES, parseXml} from '../../gateway/xml/parse-xml.js'
import type {XmlElement} from '../../gateway/xml/xml-element.js'

const encode = (text: string) => new TextEncoder().encode(text)

const toldOf = (bytes: Uint8Array) => {
  const told = problems()
  const root = parseXml('f', bytes, told)
  return {root, told: told.all.map(printProblem)}
}

const refuses = test.macro({
  exec(t, given: string | Uint8Array, expected: RegExp) {
    const {root, told} = toldOf(typeof given === 'string' ? encode(given) : given)
    t.is(root, undefined)
    t.is(told.length, 1)
    t.regex(told[0] ?? '', expected)
  },
  title: (_, given, expected: RegExp) => `${JSON.stringify(String(given).slice(0, 60))} is ${expected.source}`,
})

const bytes = (...parts: readonly (string | number)[]) =>
  Uint8Array.from(parts.flatMap(part => (typeof part === 'number' ? [part] : [...encode(part)])))

// the file, and what is told of it
test(refuses, '', /^f:1:1: xml-malformed: the file has no element/)
test(refuses, 'hello', /^f:1:1: xml-malformed: "hello" stands before the root element/)
test(refuses, '<a/>\n x', /^f:2:2: xml-malformed: "x" stands after the end/)
test(refuses, '<a/><b/>', /^f:1:5: xml-malformed: <b> is a second root element/)
test(refuses, '<![CDATA[x]]><a/>', /^f:1:1: xml-malformed: CDATA outside/)
test(refuses, '<a>\n\n<b>\n</a>', /^f:4:1: xml-malformed: <\/a> closes <b> of line 3/)
test(refuses, '<a>\r<b>\r\n</b></c>', /^f:3:5: xml-malformed: <\/c> closes <a> of line 1/)
test(refuses, '<a>\n<b>', /^f:2:4: xml-malformed: <b> of line 2 is not closed/)
test(refuses, '</a>', /^f:1:1: xml-malformed: <\/a> closes nothing/)
test(refuses, '<a></a', /^f:1:4: xml-malformed: <\/a is not ended/)
test(refuses, '<a b="c"', /^f:1:9: xml-malformed: <a is not ended/)
test(refuses, '<a b>', /^f:1:4: xml-malformed: the attribute b has no value/)
test(refuses, '<a b=c>', /^f:1:6: xml-malformed: the value of b is not in quotes/)
test(refuses, '<a b="c', /^f:1:6: xml-malformed: the value of b has no closing quote/)
test(refuses, '<a b="c>\n<d e="f"/>', /^f:2:1: xml-malformed: "<" in the value of b .* missing\?/)
test(refuses, '<a b="1"c="2"/>', /^f:1:9: xml-malformed: a blank is missing before c/)
test(refuses, '<a b="1" b="2"/>', /^f:1:10: xml-malformed: <a> has the attribute b twice/)
test(refuses, '<a =""/>', /^f:1:4: xml-malformed: "=" within <a> begins no attribute/)
test(refuses, '<a / >', /^f:1:4: xml-malformed: "\/" within <a> begins/)
test(refuses, '< a/>', /^f:1:1: xml-malformed: "<" is followed by " "/)
test(refuses, '<1a/>', /^f:1:1: xml-malformed: "<" is followed by "1"/)
test(refuses, '<a:b:c/>', /^f:1:5: xml-malformed: ":" within/)
test(refuses, '<a>1 < 2</a>', /^f:1:6: xml-malformed: "<" is followed by " "/)
test(refuses, '<a>]]></a>', /^f:1:4: xml-malformed: "]]>" in text/)
test(refuses, '<a><![CDATA[x</a>', /^f:1:4: xml-malformed: CDATA is not closed/)
test(refuses, '<a><![cdata[x]]></a>', /^f:1:4: xml-malformed: .* neither a comment nor CDATA/)
test(refuses, '<a><!-- x', /^f:1:4: xml-malformed: the comment is not closed/)
test(refuses, '<a><!-- x -- y --></a>', /^f:1:11: xml-malformed: "--" within a comment/)
test(refuses, '<a><!-- x ---></a>', /^f:1:11: xml-malformed: "--" within a comment/)
test(refuses, '<a><!-></a>', /^f:1:4: xml-malformed: .* neither/)
test(refuses, '<a><?p x</a>', /^f:1:4: xml-malformed: <\?p is not closed/)
test(refuses, '<a><? x?></a>', /^f:1:4: xml-malformed: "<\?" is followed by a name/)
test(refuses, '<a><?XML x?></a>', /^f:1:4: xml-malformed: the XML declaration stands at the very beginning/)
test(refuses, ' <?xml version="1.0"?><a/>', /^f:1:2: xml-malformed: the XML declaration stands at/)
test(refuses, '<?xml encoding="UTF-8"?><a/>', /^f:1:1: xml-malformed: the declaration is/)
test(refuses, '<?xml version="2.0"?><a/>', /^f:1:1: xml-malformed: the declaration is/)
test(refuses, '<?xml version="1.0" standalone="maybe"?><a/>', /^f:1:1: xml-malformed: the declaration is/)
test(refuses, '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', /^f:1:31: xml-encoding: the encoding is ISO-8859-1/)
test(refuses, bytes(0xfe, 0xff, 0, '<'), /^f:1:1: xml-encoding: the file is UTF-16/)
test(refuses, bytes('<a>\né', 0xc0, 0xaf, '</a>'), /^f:2:2: xml-encoding: the byte 0xc0 is not UTF-8/)
test(refuses, bytes('<a>', 0xed, 0xa0, 0x80, '</a>'), /^f:1:4: xml-encoding: the byte 0xed/)
test(refuses, '<a>\u0000</a>', /^f:1:4: xml-malformed: "\\u0000" is no character/)
test(refuses, '<a>\uffff</a>', /^f:1:4: xml-malformed: .* is no character/)
test(refuses, '<a>a & b</a>', /^f:1:6: xml-reference: "&" begins a reference/)
test(refuses, '<a b="?c&d=1"/>', /^f:1:9: xml-reference: "&" begins/)
test(refuses, '<a>&#60</a>', /^f:1:4: xml-reference: "&" begins/)
test(refuses, '<a>&nbsp;</a>', /^f:1:4: xml-reference: "&nbsp;" is not defined/)
test(refuses, '<a>&AMP;</a>', /^f:1:4: xml-reference: "&AMP;" is not defined/)
test(refuses, '<a>&#0;</a>', /^f:1:4: xml-reference: "&#0;" is no character/)
test(refuses, '<a>&#xD800;</a>', /^f:1:4: xml-reference: "&#xD800;" is no character/)
test(refuses, '<a>&#x110000;</a>', /^f:1:4: xml-reference: "&#x110000;" is no character/)
test(refuses, '<a b="1" b>', /^f:1:10: xml-malformed: <a> has the attribute b twice/)
test(refuses, '<a é="1"é="2"/>', /^f:1:9: xml-malformed: a blank is missing before é/)
test(refuses, '<x:a/>', /^f:1:1: xml-namespace: the prefix of x:a is bound to no namespace/)
test(refuses, '<a><b xmlns:x="u"/><x:c/></a>', /^f:1:20: xml-namespace/)
test(refuses, '<a x:b=""/>', /^f:1:4: xml-namespace/)
test(refuses, '<a xmlns:x=""/>', /^f:1:4: xml-namespace: xmlns:x may not be ""/)
test(refuses, '<a xmlns:x="u" xmlns:y="u" x:b="" y:b=""/>', /^f:1:35: xml-namespace: <a> has y:b twice/)
test(refuses, '<!DOCTYPE a><a/>', /^f:1:1: doctype-refused/)
test(refuses, '<!-- x -->\n<!doctype a SYSTEM "b"><a/>', /^f:2:1: doctype-refused/)
test(refuses, '<a>'.repeat(65), /^f:1:193: xml-limit: <a> is nested deeper than 64/)
test(refuses, `<${'a'.repeat(201)}/>`, /^f:1:1: xml-limit: a name has more than 200/)
test(refuses, new Uint8Array(MAX_BYTES + 1), /^f:1:1: xml-limit: the file has 4194305 bytes/)

const parsed = (text: string): XmlElement => {
  const {root, told} = toldOf(encode(text))
  if (!root) throw new Error(told.join('\n'))
  return root
}

const holds = test.macro({
  exec(t, given: string, text: string) {
    t.is(parsed(given).text, text)
  },
  title: (_, given, text) => `${JSON.stringify(given)} holds ${JSON.stringify(text)}`,
})

// the file, and the text of its root
test(holds, '<a>b</a>', 'b')
test(holds, "\ufeff<?xml version='1.0' encoding=\"utf-8\" standalone='no' ?>\n<a >b</a >\n", 'b')
test(holds, '<a> b\r\nc\rd </a>', ' b\nc\nd ')
test(holds, '<a>b<!-- < & --> <?p \' "> ?>c<![CDATA[<&d]]>]]&gt;</a>', 'b c<&d]]>')
test(holds, '<a>b<![CDATA[c]]> <![CDATA[d]]></a>', 'bc d')
test(holds, '<a>  </a>', '  ')
test(holds, '<a>\n  <b>c</b>\n  <d/>\n</a>', '')
test(holds, '<a>b<c/> d</a>', 'b d')
test(holds, '<a>&lt;&gt;&amp;&quot;&apos;&#39;&#x3c;&#13;&#x1F600;</a>', "<>&\"''<\r😀")
test(holds, '<a>&amp;lt;</a>', '&lt;')
test(holds, '<a b=">"/>', '')
test(holds, '<é>日本</é>', '日本')
test(holds, '<a:é xmlns:a="u"><aé a:é="1"/>b</a:é>', 'b')
test(holds, '<constructor xmlns:x="u"><x:prototype/><__proto__/>b</constructor>', 'b')
test(holds, '<?xml-stylesheet href="x"?><a>b</a>', 'b')

test('attributes are read, with white space as blanks', t => {
  const {attributes} = parsed(`<a b="1\n\t2" c='"&quot;&#10;>' __proto__="d" constructor = "e"\r\nf=""/>`)
  const read = [...attributes].map(([name, {value, at}]) => [name, value, at.line, at.column])
  t.deepEqual(read, [
    ['b', '1  2', 1, 4],
    ['c', '""\n>', 2, 5],
    ['__proto__', 'd', 2, 23],
    ['constructor', 'e', 2, 37],
    ['f', '', 3, 1],
  ])
})

test('every element knows its place and that of its text', t => {
  const root = parsed('<?xml version="1.0"?>\r\n<a>\r\n  <!-- x -->\r\n  <b>\r\n    text</b><c/>\r\n</a>')
  const [b, c] = root.children
  t.deepEqual(
    [root.name, root.at, root.textAt],
    ['a', {file: 'f', line: 2, column: 1}, {file: 'f', line: 2, column: 1}],
  )
  t.deepEqual([b?.name, b?.at, b?.textAt], ['b', {file: 'f', line: 4, column: 3}, {file: 'f', line: 5, column: 5}])
  t.deepEqual([c?.name, c?.at, c?.children], ['c', {file: 'f', line: 5, column: 13}, []])
})

test('elements nest as in the file', t => {
  const outline = ({name, children}: XmlElement): string => `${name}(${children.map(outline).join('')})`
  t.is(outline(parsed('<a><b><c/><a><b/></a></b>x<c></c></a>')), 'a(b(c()a(b()))c())')
})

test('time follows size, whatever stands in the file', t => {
  const fillings = [
    '<b/>',
    '<b c="d" e="f"/>',
    '&amp;',
    '<!-- x -->',
    'x ',
    '<?p?>',
    '<![CDATA[]]>',
    '&',
    '<b',
    '"',
    '\n',
  ]
  for (const filling of fillings) {
    const bytes = encode(`<a>${filling.repeat(2 ** 19 / filling.length)}</a>`)
    const before = process.cpuUsage()
    toldOf(bytes)
    const {user} = process.cpuUsage(before)
    t.true(user < 5_000_000, `512 KiB of ${filling} take ${user} µs`)
  }
})
