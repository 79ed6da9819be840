import type {Problems} from '../common/problem.js'
import type {XmlElement} from '../xml/xml-element.js'
import type {DataNode} from './data.js'
import {element, fieldsOf, itemsOf, paramElements, textElement} from './elements.js'

/** `{"providers": [{"role", "name", "enabled", "params"}]}` as the `<gateway>` of a topology. Source: Knox, `JSONProviderConfiguration`. */
export function gatewayOf(root: DataNode, problems: Problems): XmlElement {
  const providers = fieldsOf('a provider configuration', root, ['providers', 'readOnly'], problems).get('providers')
  const items = providers ? itemsOf('providers', providers.value, problems) : []
  if (!providers) problems.fault('element-missing', root.at, 'there are no providers')
  return element(
    'gateway',
    root.at,
    items.map(item => providerOf(item, problems)),
  )
}

function providerOf(item: DataNode, problems: Problems): XmlElement {
  const fields = fieldsOf('a provider', item, ['role', 'name', 'enabled', 'params'], problems)
  const texts = ['role', 'name', 'enabled'].flatMap(name => {
    const field = fields.get(name)
    return field ? textElement(name, field.value, problems) : []
  })
  return element('provider', item.at, [...texts, ...paramElements(fields.get('params')?.value, problems)])
}
