import type {XmlElement} from '../xml/xml-element.js'
import type {Reading} from './reading.js'
import type {Flow} from './rewrite-descriptor.js'
import {readWord} from './values.js'

/** How the steps of an element follow on each other; `and` when it does not say. Source: Knox, `UrlRewriteFlowDescriptorBase`. */
export function readFlow({attributes}: XmlElement, reading: Reading): Flow {
  const flow = attributes.get('flow')
  if (!flow) return 'and'
  return readWord(flow.value.trim().toLowerCase(), ['all', 'and', 'or'], 'and', flow.at, 'flow', reading)
}
