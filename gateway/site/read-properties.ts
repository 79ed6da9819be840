import type {Problems} from '../common/problem.js'
import {suggestion} from '../common/suggest.js'
import type {XmlElement} from '../xml/xml-element.js'
import type {SiteProperty} from './site.js'

/** What a `<property>` may hold; `final` is Hadoop's and without effect, in Knox too. */
const PARTS = ['name', 'value', 'description', 'final']

/**
 * The properties of a `<configuration>` in their order. An element unknown in one is a warning, since one
 * of Knox's own files has it. Source: Hadoop's `Configuration`, which Knox reads its settings with.
 */
export function readProperties(root: XmlElement, problems: Problems): readonly SiteProperty[] {
  return root.children.flatMap(element => {
    if (element.name === 'property') return readProperty(element, problems)
    problems.fault('element-unknown', element.at, `<${element.name}> is not <property>`)
    return []
  })
}

function readProperty(property: XmlElement, problems: Problems): readonly SiteProperty[] {
  for (const {name, at} of property.children)
    if (!PARTS.includes(name))
      problems.warning('element-unknown', at, `<${name}> has no place in <property>${suggestion(name, PARTS)}`)
  const name = property.children.find(child => child.name === 'name')
  const value = property.children.find(child => child.name === 'value')
  const missing = name === undefined || name.text.trim() === '' ? 'name' : value === undefined ? 'value' : undefined
  if (missing !== undefined) problems.fault('element-missing', property.at, `<property> has no <${missing}>`)
  return name && value && missing === undefined
    ? [{name: name.text.trim(), value: value.text.trim(), at: property.at}]
    : []
}
