import type {Problems} from '../common/problem.js'
import type {XmlElement} from '../xml/xml-element.js'
import {readDispatchAttributes} from './read-dispatch.js'
import {readParamsOf} from './read-params.js'
import {type Reading, unlessFaulty} from './reading.js'
import {isRoot} from './root.js'
import {
  type ApplyDescriptor,
  type PolicyDescriptor,
  REWRITE_TARGETS,
  type RouteDescriptor,
  type ServiceDescriptor,
} from './service-descriptor.js'
import {checkShape, type Shape} from './shape.js'
import {checkName, childrenOf, isMisspeltIn, placeOf, readWord, requiredAttribute} from './values.js'

const SERVICE: Shape = {
  attributes: ['role', 'name', 'version'],
  once: ['routes', 'dispatch', 'policies'],
  many: ['param'],
  silent: ['metadata', 'testURLs'],
}
const ROUTE: Shape = {attributes: ['path'], many: ['rewrite'], once: ['policies', 'dispatch']}

/**
 * The definition of a file whose root is `<service>`; undefined when it has faults. Whether the rules and
 * dispatches it names exist is for later. Source: Knox, `ServiceDefinition`.
 */
export function readService(_file: string, root: XmlElement, problems: Problems): ServiceDescriptor | undefined {
  return unlessFaulty(problems, reading => {
    if (!isRoot(root, 'service', reading)) return undefined
    checkShape(root, SERVICE, reading)
    return {
      role: readName(root, 'role', reading),
      name: readName(root, 'name', reading),
      version: readName(root, 'version', reading),
      routes: readRoutes(root, reading),
      dispatch: readDispatchAttributes(root, reading),
      params: readParamsOf(root, reading),
      policies: readPolicies(root, reading),
      at: root.at,
    }
  })
}

function readName(root: XmlElement, attribute: string, reading: Reading): string {
  const name = requiredAttribute(root, attribute, reading)
  checkName(name, placeOf(root, attribute), attribute, reading)
  return name
}

function readRoutes(root: XmlElement, reading: Reading): readonly RouteDescriptor[] {
  const parents = childrenOf(root, 'routes')
  const found = parents.flatMap(routes => {
    checkShape(routes, {many: ['route']}, reading)
    return childrenOf(routes, 'route').map(route => readRoute(route, reading))
  })
  if (found.length === 0 && !isMisspeltIn(root, 'routes') && !parents.some(routes => isMisspeltIn(routes, 'route')))
    reading.problems.fault('definition-without-routes', root.at, '<service> has no <route>')
  return found
}

function readRoute(route: XmlElement, reading: Reading): RouteDescriptor {
  checkShape(route, ROUTE, reading)
  return {
    path: requiredAttribute(route, 'path', reading),
    rewrites: childrenOf(route, 'rewrite').flatMap(rewrite => readApply(rewrite, reading)),
    dispatch: readDispatchAttributes(route, reading),
    policies: readPolicies(route, reading),
    at: route.at,
  }
}

/** Nothing for a `<rewrite>` without `to`: it has no effect in Knox either. */
function readApply(rewrite: XmlElement, reading: Reading): readonly ApplyDescriptor[] {
  checkShape(rewrite, {attributes: ['apply', 'to']}, reading)
  const apply = requiredAttribute(rewrite, 'apply', reading)
  const to = rewrite.attributes.get('to')
  if (to) return [{apply, to: readWord(to.value, REWRITE_TARGETS, 'request.url', to.at, 'to', reading), at: rewrite.at}]
  reading.problems.warning(
    'apply-without-target',
    rewrite.at,
    `${apply} is applied to nothing: <rewrite> has no attribute to`,
  )
  return []
}

function readPolicies(parent: XmlElement, reading: Reading): readonly PolicyDescriptor[] {
  return childrenOf(parent, 'policies').flatMap(policies => {
    checkShape(policies, {many: ['policy']}, reading)
    return childrenOf(policies, 'policy').map(policy => readPolicy(policy, reading))
  })
}

function readPolicy(policy: XmlElement, reading: Reading): PolicyDescriptor {
  checkShape(policy, {attributes: ['role', 'name'], unused: ['param']}, reading)
  return {
    role: requiredAttribute(policy, 'role', reading),
    name: policy.attributes.get('name')?.value,
    at: policy.at,
  }
}
