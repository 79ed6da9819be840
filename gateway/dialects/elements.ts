import type {Problems, SourceLocation} from '../common/problem.js'
import {suggestion} from '../common/suggest.js'
import type {XmlElement} from '../xml/xml-element.js'
import type {DataEntry, DataNode} from './data.js'

/** An element of a topology, as it would stand in XML. */
export function element(name: string, at: SourceLocation, children: readonly XmlElement[]): XmlElement {
  return {name, at, attributes: new Map(), children, text: '', textAt: at}
}

/** Knox writes values into XML, so that they may hold references to characters. Source: Knox, `SimpleDescriptorHandler.getXmlEscapedValue`. */
const unescaped = (text: string) =>
  text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => CHARACTERS[name] ?? '')

const CHARACTERS: Readonly<Record<string, string>> = {amp: '&', lt: '<', gt: '>', quot: '"', apos: "'"}

/** An element of text; none, with a fault, for a list or a map. */
export function textElement(name: string, node: DataNode, problems: Problems): readonly XmlElement[] {
  if (node.kind === 'text') return [{...element(name, node.at, []), text: unescaped(node.text)}]
  problems.fault('value-invalid', node.at, `${name} is a ${node.kind}, not text`)
  return []
}

/** `<param>` for each of a map whose name counts. */
export function paramElements(
  node: DataNode | undefined,
  problems: Problems,
  counts: (name: string) => boolean = () => true,
): readonly XmlElement[] {
  const entries = node ? entriesOf('params', node, problems) : []
  return entries
    .filter(({key}) => counts(key))
    .map(({key, at, value}) =>
      element('param', at, [{...element('name', at, []), text: key}, ...textElement('value', value, problems)]),
    )
}

/** The entries of a map; none, with a fault, of anything else. */
function entriesOf(what: string, node: DataNode, problems: Problems): readonly DataEntry[] {
  if (node.kind === 'map') return node.entries
  problems.fault('value-invalid', node.at, `${what} must be a map of names and values`)
  return []
}

/** The items of a list; none, with a fault, of anything else. */
export function itemsOf(what: string, node: DataNode, problems: Problems): readonly DataNode[] {
  if (node.kind === 'list') return node.items
  problems.fault('value-invalid', node.at, `${what} must be a list`)
  return []
}

/** The entries of a map by their keys; those that nobody knows are faults, as to Knox. */
export function fieldsOf(
  what: string,
  node: DataNode,
  known: readonly string[],
  problems: Problems,
): ReadonlyMap<string, DataEntry> {
  const entries = entriesOf(what, node, problems)
  for (const {key, at} of entries)
    if (!known.includes(key))
      problems.fault('element-unknown', at, `unknown key ${key} of ${what}${suggestion(key, known)}`)
  return new Map(entries.map(entry => [entry.key, entry]))
}
