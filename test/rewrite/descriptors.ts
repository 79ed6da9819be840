import type {Direction, Flow, RuleDescriptor, StepDescriptor} from '../../gateway/descriptor/rewrite-descriptor.js'
import type {RewriteContext} from '../../gateway/rewrite/rewrite-function.js'
import type {RewriteDefinitionPlan, RewritePlan} from '../../gateway/rewrite/rewrite-plan.js'
import {type Sealer, TamperedError} from '../../gateway/rewrite/sealer.js'

const at = {file: 'rewrite.xml', line: 1, column: 1}

interface RuleOptions {
  readonly pattern?: string
  readonly scope?: string
  readonly flow?: Flow
  readonly directions?: readonly Direction[]
}

/** A rule; a text among its steps is the template of a `rewrite`. */
export function rule(
  name: string,
  {pattern, scope, flow = 'and', directions = ['in']}: RuleOptions,
  ...steps: readonly (StepDescriptor | string)[]
): RuleDescriptor {
  return {name, directions, scope, pattern, flow, steps: stepsOf(steps), at}
}

const stepsOf = (steps: readonly (StepDescriptor | string)[]) =>
  steps.map(step => (typeof step === 'string' ? ({kind: 'rewrite', template: step, at} as const) : step))

/** `<match pattern="…">`, with steps of its own. */
export function match(pattern: string, ...steps: readonly (StepDescriptor | string)[]): StepDescriptor {
  return {kind: 'match', pattern, operator: undefined, flow: 'and', steps: stepsOf(steps), at}
}

/** `<check oper="…" input="…" value="…">`, with steps of its own. */
export function check(
  operator: string,
  input: string,
  value: string,
  ...steps: readonly (StepDescriptor | string)[]
): StepDescriptor {
  return {kind: 'check', operator, input, value, flow: 'and', steps: stepsOf(steps), at}
}

/** `<control flow="…">` */
export function control(flow: Flow, ...steps: readonly (StepDescriptor | string)[]): StepDescriptor {
  return {kind: 'control', flow, steps: stepsOf(steps), at}
}

/** A step without steps of its own. */
export function plain(
  kind: 'encode-query' | 'decode-query' | 'encrypt-query' | 'decrypt-query' | 'encrypt' | 'decrypt',
  param?: string,
  template?: string,
): StepDescriptor {
  return {kind, param, template, at}
}

/** A filter that names a rule for each of some headers. */
export function headerFilter(name: string, rules: Readonly<Record<string, string>>) {
  const parts = Object.entries(rules).map(([path, use]) => ({kind: 'apply' as const, path, rule: use, at}))
  return {name, contents: [{type: 'application/x-http-headers', asType: undefined, parts, at}], at}
}

/** A topology `sandbox` with the services FOO at `http://foo:8080/base` and BAR at `https://bar`. */
export function plan(...definitions: readonly Partial<RewriteDefinitionPlan>[]): RewritePlan {
  return {
    definitions: definitions.map(given => ({role: 'FOO', rules: [], filters: [], functions: [], ...given})),
    serviceUrls: {FOO: ['http://foo:8080/base'], BAR: ['https://bar']},
    hostmap: {'outside,public': ['inside', 'node1']},
    topology: 'sandbox',
    globalRoles: ['WEBHDFS', 'HIVE'],
    gatewayName: 'gateway',
  }
}

/** What is known of an exchange at `https://gw:8443/gateway/sandbox` of the user `sam`. */
export function context(given: Partial<RewriteContext> = {}): RewriteContext {
  const {serviceUrls} = plan()
  return {
    frontend: {scheme: 'https', host: 'gw', port: '8443', path: '/gateway/sandbox'},
    serviceUrl: role => serviceUrls[role]?.[0],
    principal: 'sam',
    inboundQuery: undefined,
    ...given,
  }
}

/** `<rewrite to="…" apply="…"/>` */
export function apply(to: 'request.url' | 'response.headers', name: string) {
  return {to, apply: name, at}
}

/** Hides nothing: a text in Base64, with `sealed-` before it. */
export const testSealer: Sealer = {
  seal: text => `sealed-${Buffer.from(text).toString('base64url')}`,
  open(sealed) {
    if (!sealed.startsWith('sealed-')) throw new TamperedError()
    return Buffer.from(sealed.slice(7), 'base64url').toString()
  },
}
