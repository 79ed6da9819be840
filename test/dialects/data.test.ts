import test from 'ava'
import {problems as collection, printProblem} from '../../gateway/common/problem.js'
import {type DataNode, parseData} from '../../gateway/dialects/data.js'

/** A tree as plain values, each with its line and column before it. */
function plain(node: DataNode | undefined): unknown {
  if (!node) return undefined
  const place = `${node.at.line}:${node.at.column}`
  if (node.kind === 'text') return `${place} ${node.text}`
  if (node.kind === 'list') return [place, ...node.items.map(plain)]
  return {'': place, ...Object.fromEntries(node.entries.map(({key, value}) => [key, plain(value)]))}
}

function parsed(text: string | Uint8Array) {
  const problems = collection()
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  return {tree: plain(parseData('f.json', bytes, problems)), told: problems.all.map(printProblem)}
}

const gives = test.macro({
  exec(t, text: string, expected: unknown) {
    t.deepEqual(parsed(text), {tree: expected, told: []})
  },
  title: (_, text) => `${JSON.stringify(text)} is read, with places`,
})

test(gives, '{"a": "b"}', {'': '1:1', a: '1:7 b'})
test(gives, '{\n\t"a": [\n\t\t1.50, true\n\t]\n}', {'': '1:1', a: ['2:7', '3:3 1.50', '3:9 true']})
test(gives, '---\na:\n  - b: c\n    d: "e"\n', {'': '2:1', a: ['3:3', {'': '3:5', b: '3:8 c', d: '4:8 e'}]})
test(gives, '{"a": null, "b": "null", "c": {}}', {'': '1:1', b: '1:18 null', c: {'': '1:31'}})
test(gives, '{"a": "\\u00e9\\/\\ud83d\\ude00"}', {'': '1:1', a: '1:7 é/😀'})
test(gives, 'a: |\n  b\n  c\n', {'': '1:1', a: '1:4 b\nc\n'})
test(gives, '', undefined)

const refused = test.macro({
  exec(t, text: string | Uint8Array, expected: RegExp) {
    const {told} = parsed(text)
    t.is(told.length, 1)
    t.regex(told[0] ?? '', expected)
  },
  title: (how, text) => how ?? `${JSON.stringify(text)} is refused`,
})

test(refused, '{"a": 1', /^f\.json:1:8: data-malformed: /)
test(refused, '{"a": 1, "a": 2}', /^f\.json:1:10: data-malformed: Map keys must be unique/)
test(refused, 'a: [b\nc: d', /^f\.json:2:\d+: data-malformed: /)
test(refused, 'a: &x 1\nb: *x\n', /^f\.json:2:4: data-malformed: aliases such as \*x are not read/)
test(refused, 'a: 1\n---\nb: 2\n', /^f\.json:2:1: data-malformed: /)
test('bytes that are no text', refused, Uint8Array.of(0x7b, 0xff, 0x7d), /data-malformed: the file is not UTF-8/)
test('what is nested without end', refused, '['.repeat(100_000), /data-malformed: more than 64 brackets/)
test('a file of two megabytes', refused, ' '.repeat(2 ** 21), /data-malformed: the file has 2097152 bytes/)
