import {existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import test from 'ava'
import type {SourceLocation} from '../../gateway/common/problem.js'
import {cutUrl, printUrl, type RequestUrl} from '../../gateway/common/request-url.js'
import type {RewriteContext} from '../../gateway/rewrite/rewrite-function.js'
import {buildRewriter, type RouteRewriter} from '../../gateway/rewrite/rewriter.js'
import type {TraceStep} from '../../gateway/rewrite/trace.js'
import {type LoadedHome, loadHome} from '../../gateway/server/files/home.js'
import {rewriteFunctions} from '../../gateway/server/live/rewrite-functions.js'
import {buildMatcher, type TemplateMatcher} from '../../gateway/template/matcher.js'
import {parseTemplate} from '../../gateway/template/parse.js'
import type {TopologyPlan} from '../../gateway/topology/gateway-plan.js'
import {agreesWithGolden, type GoldenCase} from '../helpers/golden.js'
import {testSealer} from './descriptors.js'

interface RouteCase extends GoldenCase {
  readonly topology: string
  readonly inbound: string
  readonly status: number
  readonly dispatch: string | null
  readonly note?: string
}

interface HeaderCase extends GoldenCase {
  readonly topology: string
  readonly request: string
  readonly header: string
  readonly input: string
  readonly output: readonly string[]
  readonly xOther: readonly string[]
}

const KNOX = fileURLToPath(new URL('../../../../shared/knox', import.meta.url))

/** Knox's definitions and the topologies of the recording as a home: what was loaded of it. */
function loadKnox(): LoadedHome {
  const home = mkdtempSync(join(tmpdir(), 'gateway-knox-'))
  try {
    mkdirSync(join(home, 'conf'))
    mkdirSync(join(home, 'data'))
    symlinkSync(join(KNOX, 'topologies'), join(home, 'conf/topologies'))
    symlinkSync(join(KNOX, 'services'), join(home, 'data/services'))
    return loadHome(home, {})
  } finally {
    rmSync(home, {recursive: true})
  }
}

interface Served {
  readonly plan: TopologyPlan
  readonly routes: TemplateMatcher<RouteRewriter>
}

function served(plan: TopologyPlan): Served {
  const rewriter = buildRewriter(plan.rewrite, rewriteFunctions, testSealer)
  const entries = plan.services.flatMap(({role, routes}) =>
    routes.map(({path, rewrites}) => [parseTemplate(path), rewriter.route(role, rewrites)] as const),
  )
  return {plan, routes: buildMatcher(entries)}
}

const knox = existsSync(KNOX) ? loadKnox() : undefined
const topologies = new Map(Object.values(knox?.plan.topologies ?? {}).map(plan => [plan.name, served(plan)]))

/** Where the rules stand that are said never to act. */
const dead = (knox?.problems ?? []).filter(({code}) => /^rule-(unused|shadowed|contradictory)$/.test(code)).map(placeOf)

/** Where those stand that acted in some case. */
const acted = new Set<string>()

function placeOf({at: {file, line, column}}: {readonly at: SourceLocation}): string {
  return `${file}:${line}:${column}`
}

function note(step: TraceStep): void {
  if (step.kind === 'rule' && step.outcome === 'used') acted.add(placeOf(step))
  if (step.kind === 'value') step.steps.forEach(note)
}

/** The route of a request to `http://self.test:19000`, and what rewriting knows of it. */
function found(name: string, target: string) {
  const {plan, routes} = topologies.get(name) as Served // only cases of planned topologies are run
  const url = cutUrl(`http://self.test:19000${target}`) as RequestUrl // a target of a recorded request
  const {path, query} = url
  const relative = {scheme: '', host: '', port: '', path: path.slice(`/gateway/${name}`.length), query}
  const context: RewriteContext = {
    frontend: {scheme: 'http', host: 'self.test', port: '19000', path: `/gateway/${name}`},
    serviceUrl: role => plan.rewrite.serviceUrls[role]?.[0],
    principal: 'anonymous',
    inboundQuery: query,
    trace: note,
  }
  return {url, context, route: routes.match(relative)?.value}
}

/**
 * Equal but for what passes through and Knox changes: a slash at the end of a path, `%2B` and `+`, and what it
 * encodes anew.
 */
function same(one: string, other: string): boolean {
  return folded(one) === folded(other)
}

const folded = (url: string) =>
  url
    .replace(/%25(?=[0-9A-Fa-f]{2})/g, '%')
    .replace(/%2B/gi, '+')
    .replace(/(?<=\?.*)%3A/gi, ':')
    .replace(/\/(?=$|\?)/, '')

const differs = (ours: string, knox: string) => (same(ours, knox) ? undefined : `ours: ${ours}\n    Knox: ${knox}`)

test('requests go where Knox sent them', async t => {
  await agreesWithGolden<RouteCase>(
    t,
    'service-routes.jsonl',
    ({topology, inbound, status, dispatch, note}) => {
      const {route, url, context} = found(topology, inbound)
      if (status === 404) return route && 'ours has a route'
      // A route whose rule is in no file: Knox asks itself, or fails.
      if (route === undefined) return note === undefined ? 'ours has no route' : undefined
      const target = outcome(route, url, context)
      if (status === 200 && note === undefined) return differs(target, dispatch ?? '')
      return target.startsWith('http') && !isNamed(target, topology)
        ? `not an address of the definition: ${target}`
        : undefined
    },
    {
      classOf: ({status, note = ''}) => `${status} ${note}`.trim(),
      only: ({topology}) => topologies.has(topology),
    },
  )
})

interface BodyCase extends GoldenCase {
  readonly topology: string
  readonly request: string
  readonly contentType: string
  readonly input: string
  readonly output: string | null
}

type SameTree = (type: string, one: string, other: string) => boolean

/**
 * Why a body differs from Knox's. A style sheet for which a filter has expressions: Knox does not look into style sheets. A find
 * or a link that goes on behind a second `?` or a `#`: Knox tears it apart, ours keeps it.
 */
const DIFFERING = /^text\/css |"; +(v\(|\/\/ )'\/|\/M##"/

test('bodies of responses lead where Knox led, but for three in a hundred', async t => {
  const compare = new URL('../../../../shared/golden/same.mjs', import.meta.url)
  const {sameTree} = existsSync(compare)
    ? ((await import(compare.href)) as {sameTree: SameTree})
    : {sameTree: () => true}
  const count = {all: 0, differing: 0}
  await agreesWithGolden<BodyCase>(
    t,
    'body-filters.jsonl',
    ({topology, request, contentType, input, output, defect}) => {
      const {route, context} = found(topology, request)
      const [ours, knox] = [edited(route, contentType, input, context), output ?? ''].map(foldedIn)
      if (defect === undefined) count.all++
      if (sameTree(contentType, ours ?? '', knox ?? '')) return undefined
      if (defect === undefined) count.differing++
      return DIFFERING.test(`${contentType} ${input}`) ? undefined : firstDifference(ours ?? '', knox ?? '')
    },
    {
      only: ({kind, topology}) => kind === 'body' && topologies.has(topology),
      classOf: ({contentType, defect = 'sound'}) => `${contentType} ${defect}`,
    },
  )
  t.log(`${count.differing} of ${count.all} differ`)
  t.true(count.differing <= 0.03 * count.all)
})

/** As `folded`, for addresses within a body. */
const foldedIn = (body: string) =>
  body
    .replace(/%25(?=[0-9A-Fa-f]{2})/g, '%')
    .replace(/(?<=\?[^"'<\s]*)%3A/g, ':')
    .replace(/(?<=\/[^\s"'<>]*[^\s"'<>/])\/(?=["'<?])/g, '')

function edited(route: RouteRewriter | undefined, contentType: string, input: string, context: RewriteContext): string {
  const told = {failed() {}, broken() {}, unreadable() {}}
  const change = route?.messages.bodies.out.of(contentType)
  if (change?.kind !== 'text') return input
  const editor = change.editor(context, 1 << 20, told)
  const bytes = Buffer.from(input).toString('latin1')
  return Buffer.from(editor.push(bytes) + editor.end(), 'latin1').toString()
}

function firstDifference(ours: string, knox: string): string {
  const pieces = (text: string) =>
    text
      .replaceAll('&amp;', '&')
      .replaceAll('= unq ', '=unq')
      .split(/(?<=[,>;])|[\n"' ]+/)
  const theirs = pieces(knox)
  const at = pieces(ours).findIndex((piece, i) => piece !== theirs[i])
  return `ours: ${pieces(ours)
    .slice(at, at + 3)
    .join(' ')}\n    Knox: ${theirs.slice(at, at + 3).join(' ')}`
}

/** The target, or why there is none. */
function outcome(route: RouteRewriter, url: RequestUrl, context: RewriteContext): string {
  try {
    const result = route.inbound(url, context)
    return result ? printUrl(result) : 'no rule'
  } catch (error) {
    return String(error)
  }
}

/** Whether a target is at one of the topology's services. */
function isNamed(target: string, topology: string): boolean {
  const urls = Object.values(topologies.get(topology)?.plan.rewrite.serviceUrls ?? {}).flat()
  return urls.some(url => target.startsWith(url))
}

test('headers of responses lead where Knox led', async t => {
  await agreesWithGolden<HeaderCase>(
    t,
    'body-filters.jsonl',
    ({topology, request, header, input, output, xOther}) => {
      const {route, context} = found(topology, request)
      const [, first = '', , second = ''] =
        route?.messages.responseHeaders([header, input, 'X-Other', input], context, () => {}) ?? []
      return differs(first, output[0] ?? '') ?? differs(second, xOther[0] ?? '')
    },
    {
      only: ({kind, topology, request}) =>
        kind === 'header' && topologies.has(topology) && found(topology, request).route !== undefined,
      classOf: ({defect = 'sound'}) => defect,
    },
  )
})

test.after('no rule acted that is said never to', t => {
  t.deepEqual(
    dead.filter(place => acted.has(place)),
    [],
  )
  t.true(acted.size > 0 || knox === undefined, `${acted.size} acted`)
})
