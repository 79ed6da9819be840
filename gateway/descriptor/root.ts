import type {XmlElement} from '../xml/xml-element.js'
import type {Reading} from './reading.js'

/** Whether the root element has its name; another one is a fault. */
export function isRoot({name, at}: XmlElement, wanted: string, {problems}: Reading): boolean {
  if (name !== wanted) problems.fault('root-unexpected', at, `the root element is <${name}>, not <${wanted}>`)
  return name === wanted
}
