import type {SourceLocation} from '../common/problem.js'
import type {Explanation, Logged} from '../server/explain.js'
import type {Rewritten, RewrittenEvent} from '../server/live/rewritten.js'
import type {RewrittenValue} from '../server/live/rewritten-value.js'
import {table} from './tell.js'

type Row = readonly [name: string, text: string | undefined]

/** An explanation for people to read. */
export function explanationText(told: Explanation): string {
  const {service, route, dispatch, refusal} = told
  const rows: readonly Row[] = [
    ['request', `${told.method} ${told.url}`],
    ['topology', told.topology],
    ['service', service && `${service.role} ${service.name} ${service.version} (${place(service.at)})`],
    ['route', route && `${route.path} (${place(route.at)})`],
    ...(told.filters ?? []).map(({filter, decision}): Row => ['filter', `${filter} ${decision}`]),
    ...rewrittenRows(told.toService),
    ...stepRows(told),
    ['target', told.target],
    [
      'dispatch',
      dispatch && `${dispatch.className} (from the ${dispatch.from}${dispatch.ha ? ', with failover' : ''})`,
    ],
    ...(told.endpoints ?? []).map((url): Row => ['endpoint', url]),
    [
      'gate',
      told.gate &&
        (told.gate === 'open' ? 'open' : 'closed: gateway.servlet.async.supported does not let this topology stream'),
    ],
    ['user', told.principal],
    ...rewrittenRows(told.toClient),
    ...(told.dropped ?? []).flatMap((name, i): readonly Row[] =>
      i % 2 === 0 ? [['dropped', `${name}: the dispatch does not pass it on (responseExcludeHeaders)`]] : [],
    ),
    ...(told.log ?? []).map(logRow),
    ['refused', refusal && `${refusal.status} ${refusal.code}: ${refusal.message}`],
    ['topologies', told.topologies?.join(', ')],
    ...(told.routes ?? []).map((text): Row => ['there is', text]),
  ]
  return table(rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

const place = ({file, line}: SourceLocation) => `${file}:${line}`

function stepRows({steps = []}: Explanation): readonly Row[] {
  return steps.flatMap((step): readonly Row[] => {
    if (step.kind === 'rule') return [['rule', `${step.rule} (${place(step.at)}): ${step.outcome}`]]
    if (step.kind !== 'function') return []
    return [['function', `{$${step.name}[${step.args.join(',')}]} gives ${step.values.join(', ') || 'nothing'}`]]
  })
}

function logRow({message, fields}: Logged): Row {
  const all = Object.entries(fields).filter(([, value]) => value !== undefined)
  return ['log', `${message}${all.map(([name, value]) => `; ${name}: ${String(value)}`).join('')}`]
}

function rewrittenRows(told: Rewritten | undefined): readonly Row[] {
  if (told === undefined) return []
  const {values, body, events = [], unused = []} = told
  return [
    ...values.filter(({part}) => part !== 'body').flatMap(valueRows),
    ...(body ? bodyRows(body) : []),
    ...values.filter(({part}) => part === 'body').flatMap(valueRows),
    ...events.flatMap(event => [eventRow(event), ...event.values.flatMap(valueRows)]),
    ...unused.map(
      ({path, rule, at}): Row => ['unused', `apply path="${path}"${named(rule)} (${place(at)}) finds nothing`],
    ),
  ]
}

function eventRow({type, outcome, by}: RewrittenEvent): Row {
  if (by) return ['event', `${type} is dropped, by ${by.kind} event="${by.event}" (${place(by.at)})`]
  return ['event', `${type} ${outcome === 'changed' ? 'is changed' : 'stays'}`]
}

const named = (rule: string | undefined) => (rule === undefined ? '' : ` rule="${rule}"`)

function bodyRows({type, filter, content, why}: NonNullable<Rewritten['body']>): readonly Row[] {
  const by = filter === undefined ? '' : ` by the filter ${filter}${content ? ` (${place(content)})` : ''}`
  return [['body', `${type}${by}`], ...(why === undefined ? [] : [['stays', why] as const])]
}

function valueRows({part, name, before, after, rule, apply, why}: RewrittenValue): readonly Row[] {
  const what: Row = [part === 'body' ? 'value' : part, shortened(name === undefined ? before : `${name}: ${before}`)]
  const use = apply ? `, for apply path="${apply.path}" (${place(apply.at)})` : ', which fits best'
  const by: Row = ['by', rule && `${rule.name} (${place(rule.at)})${use}`]
  if (why === undefined) return [what, ['becomes', shortened(after)], by]
  return [
    what,
    ...why.map((reason): Row => ['stays', reason]),
    ...(apply ? [['apply', `path="${apply.path}"${named(apply.rule)} (${place(apply.at)})`] as const] : []),
  ]
}

/** Characters of a value that are shown. */
const SHOWN = 200

/** In one line: events hold several. */
function shortened(text: string): string {
  const line = text.replaceAll('\n', '\\n')
  return line.length > SHOWN ? `${line.slice(0, SHOWN)} … (${line.length} characters)` : line
}
