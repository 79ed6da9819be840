import type {XmlElement} from '../xml/xml-element.js'
import type {Reading} from './reading.js'
import {checkShape, type Shape} from './shape.js'
import type {ParamDescriptor} from './topology-descriptor.js'
import {childOf, childrenOf, requiredTextOf, textOf} from './values.js'

const PARAM: Shape = {attributes: ['name', 'value'], once: ['name', 'value']}

/** `<param><name/><value/></param>`, or `<param name="" value=""/>`. Source: Knox, `KnoxFormatXmlTopologyRules.ParamRule`. */
export function readParamsOf(element: XmlElement, reading: Reading): readonly ParamDescriptor[] {
  return childrenOf(element, 'param').map(param => readParam(param, reading))
}

function readParam(param: XmlElement, reading: Reading): ParamDescriptor {
  checkShape(param, PARAM, reading)
  const {at} = param
  const name = param.attributes.get('name')?.value.trim()
  if (name) return {name, value: param.attributes.get('value')?.value ?? '', at}
  if (!childOf(param, 'value')) reading.problems.fault('element-missing', at, '<param> has no <value>')
  return {name: requiredTextOf(param, 'name', reading), value: textOf(param, 'value', reading) ?? '', at}
}
