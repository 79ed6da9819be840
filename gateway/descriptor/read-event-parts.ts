import type {XmlElement} from '../xml/xml-element.js'
import type {Reading} from './reading.js'
import type {EventPartDescriptor} from './rewrite-descriptor.js'
import {checkShape} from './shape.js'
import {placeOf, requiredAttribute} from './values.js'

/** The elements of `<content type="text/event-stream">`, which Knox does not have. */
export const EVENT_PARTS: readonly string[] = ['apply', 'drop', 'allow']

/** What is done with events, in order. */
export function readEventParts(content: XmlElement, reading: Reading): readonly EventPartDescriptor[] {
  return content.children.flatMap(part => {
    if (part.name === 'apply') return [readApply(part, reading)]
    if (part.name !== 'drop' && part.name !== 'allow') return []
    checkShape(part, {attributes: ['event']}, reading)
    return [{kind: part.name, event: requiredAttribute(part, 'event', reading), at: part.at}]
  })
}

function readApply(part: XmlElement, reading: Reading): EventPartDescriptor {
  checkShape(part, {attributes: ['event', 'path', 'rule', 'inverse']}, reading)
  const path = requiredAttribute(part, 'path', reading)
  const text = (name: string) => part.attributes.get(name)?.value
  if (path !== '' && !/^(data|id|event|\$.*)$/.test(path))
    reading.problems.fault(
      'value-invalid',
      placeOf(part, 'path'),
      `path is ${JSON.stringify(path)}; it may be data, id, event or a JSON path such as $.links[*].href`,
    )
  if (path === 'id' && !text('inverse'))
    reading.problems.fault(
      'attribute-missing',
      part.at,
      '<apply> of IDs has no attribute inverse: clients send them back as Last-Event-ID',
    )
  return {kind: 'apply', event: text('event') ?? '*', path, rule: text('rule'), inverse: text('inverse'), at: part.at}
}
