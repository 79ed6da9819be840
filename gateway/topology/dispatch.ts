import {defaultsOf} from '../common/params.js'
import type {Problems, SourceLocation} from '../common/problem.js'
import {nearest} from '../common/suggest.js'
import type {DispatchDescriptor} from '../descriptor/topology-descriptor.js'
import type {DispatchPlan, HeaderPolicy} from '../pipeline/dispatch-plan.js'
import type {admissionParams} from '../site/admission-params.js'
import type {compressionParams} from '../site/compression-params.js'
import type {Site} from '../site/site.js'
import {http2Of} from './balancing.js'
import type {Catalogue, DispatchClass} from './catalogue.js'
import type {GivenParams} from './service-params.js'
import {serviceParams} from './service-params.js'
import {planStream} from './stream.js'

/** Who decides how a route is dispatched. */
export interface DispatchChoice {
  readonly descriptor: DispatchDescriptor | undefined
  readonly from: DispatchPlan['from']
}

/** The first that is there: topology, route, definition. Source: Knox, `ServiceDefinitionDeploymentContributor`. */
export function chooseDispatch(
  topology: DispatchDescriptor | undefined,
  route: DispatchDescriptor | undefined,
  definition: DispatchDescriptor | undefined,
): DispatchChoice {
  if (topology) return {descriptor: topology, from: 'topology'}
  if (route) return {descriptor: route, from: 'route'}
  if (definition) return {descriptor: definition, from: 'service'}
  return {descriptor: undefined, from: 'default'}
}

/** What a dispatch needs to know of where it is used. */
export interface DispatchContext {
  readonly topology: string
  readonly role: string
  /** The service of the topology, for messages. */
  readonly at: SourceLocation
  readonly ha: boolean
  readonly gateOpen: boolean
  readonly site: Site
  readonly catalogue: Catalogue
}

/** How a route's requests reach the service; undefined, with a fault, when the gateway has no such dispatch. */
export function planDispatch(
  choice: DispatchChoice,
  params: GivenParams,
  context: DispatchContext,
  problems: Problems,
): DispatchPlan | undefined {
  const {catalogue, site, ha, gateOpen} = context
  const className = classOf(choice.descriptor, ha, catalogue)
  const found = dispatchNamed(className, catalogue)
  if (!found || !usualClient(choice.descriptor)) {
    tellUnavailable(className, choice, context, problems)
    return undefined
  }
  tellOther(choice.descriptor, context, problems)
  return {
    kind: found.kind,
    className,
    from: choice.from,
    ha: ha && found.ha,
    headers: {...headersOf(found, params), ...contextOf(params, context)},
    urlEncoding: found.urlEncoding === 'as-is' && params.removeUrlEncoding ? 'query-decoded' : found.urlEncoding,
    replayLimit: Math.max(0, params.replayBufferSize ?? serviceParams.replayBufferSize.default) * 1024,
    timeouts: {
      connect: params['httpclient.connectionTimeout'] ?? site.settings['gateway.httpclient.connectionTimeout'],
      socket: params['httpclient.socketTimeout'] ?? site.settings['gateway.httpclient.socketTimeout'],
    },
    stream: planStream(params, context, ha && found.ha, problems),
    gateOpen: found.kind !== 'sse' || gateOpen,
    ...http2Of(params),
    useTwoWaySsl:
      params.useTwoWaySsl ?? (choice.descriptor?.useTwoWaySsl || site.settings['gateway.httpclient.twoWaySsl.enabled']),
    manners: found.takesBasicUser && params.basicAuthPreemptive ? {...found.manners, basicUser: true} : found.manners,
    ...admissionOf(params, site),
    ...compressionOf(params, site),
  }
}

function admissionOf(params: GivenParams, {settings}: Site): Pick<DispatchPlan, 'admission'> {
  const of = <N extends keyof typeof admissionParams>(name: N) => params[name] ?? settings[`gateway.${name}`]
  const max = of('admission.max')
  return max === 0 ? {} : {admission: {max, queue: of('admission.queue'), timeout: of('admission.timeout')}}
}

function compressionOf(params: GivenParams, {settings}: Site): Pick<DispatchPlan, 'compression'> {
  const of = <N extends keyof typeof compressionParams>(name: N) => params[name] ?? settings[`gateway.${name}`]
  const types = of('gzip.compress.mime.types')
  const streams = of('sse.compress')
  if (types.length === 0 && !streams) return {}
  return {compression: {types, minSize: of('gzip.compress.min.size'), streams}}
}

/** With HA on only the HA names count, else only the others. */
function classOf(descriptor: DispatchDescriptor | undefined, ha: boolean, catalogue: Catalogue): string {
  const contributor = ha ? descriptor?.haContributorName : descriptor?.contributorName
  const named = ha ? descriptor?.haClassName : descriptor?.className
  if (contributor !== undefined) return catalogue.contributors[contributor] ?? contributor
  return named ?? (ha ? catalogue.defaultHaDispatch : catalogue.defaultDispatch)
}

/** The class that counts once HA is switched on, or off: that it is not there must not show only then. */
function tellOther(descriptor: DispatchDescriptor | undefined, {ha, catalogue}: DispatchContext, problems: Problems) {
  const named = ha ? descriptor?.className : descriptor?.haClassName
  if (descriptor === undefined || named === undefined || dispatchNamed(named, catalogue)) return
  const message = `there is no dispatch ${named}${meantClass(named, catalogue)}; topologies with HA ${ha ? 'off' : 'on'} are not served with it`
  problems.warning('dispatch-unavailable', descriptor.at, message)
}

/** Before version 1.0 Knox's classes were in Hadoop's package; up to 2.1 it took these names as well (`gateway-adapter`). */
function dispatchNamed(className: string, {dispatches}: Catalogue): DispatchClass | undefined {
  const name = className.replace(/^org\.apache\.hadoop\.gateway\./, 'org.apache.knox.gateway.')
  return Object.hasOwn(dispatches, name) ? dispatches[name] : undefined
}

const USUAL_CLIENT = /(^|\.)DefaultHttpClientFactory$/

const usualClient = (descriptor: DispatchDescriptor | undefined) =>
  descriptor?.httpClientFactory === undefined || USUAL_CLIENT.test(descriptor.httpClientFactory)

function tellUnavailable(className: string, choice: DispatchChoice, context: DispatchContext, problems: Problems) {
  const {topology, role, at, catalogue} = context
  const {descriptor} = choice
  const what = usualClient(descriptor) ? `dispatch ${className}` : `client factory ${descriptor?.httpClientFactory}`
  const place = descriptor && descriptor.at.file !== at.file ? ` (${descriptor.at.file}:${descriptor.at.line})` : ''
  const message = `${role} in ${topology} needs the ${what}${place}, which the gateway does not have${usualClient(descriptor) ? meantClass(className, catalogue) : ''}`
  problems.fault('dispatch-unavailable', choice.from === 'topology' && descriptor ? descriptor.at : at, message)
}

/** Only the last part of the name is compared, and closely: classes of Knox are many and alike. */
function meantClass(className: string, {dispatches}: Catalogue): string {
  const last = (name: string) => name.slice(name.lastIndexOf('.') + 1)
  const near = nearest(last(className), Object.keys(dispatches).map(last), 2)
  const meant = Object.keys(dispatches).find(name => last(name) === near)
  return meant === undefined ? '' : `; did you mean ${meant}?`
}

/** Cookies of Knox's `EXCLUDE_SET_COOKIES_DEFAULT`: services' own logins, which are not the client's. */
const LOGIN_COOKIES = ['hadoop.auth', 'hive.server2.auth', 'impala.auth']

/** Source: Knox, `DefaultDispatch`, `ConfigurableDispatch`, `PassAllHeadersDispatch`, which here heeds what a param excludes from requests. */
function headersOf({passAllHeaders, passes}: DispatchClass, params: GivenParams): HeaderPolicy {
  const actor = actorOf(params)
  const passed = passAllHeaders || passes.includes('authorization')
  const excluded = params.requestExcludeHeaders?.map(lower) ?? (passed ? [] : ['authorization'])
  return {
    requestExclude: actor ? [...excluded, lower(actor.id)] : excluded,
    requestAppend: params.requestAppendHeaders ?? [],
    actor,
    ...(passAllHeaders ? PASS_ALL : passing(passes, responseHeadersOf(params.responseExcludeHeaders?.map(lower)))),
  }
}

/** Source: Knox, `ServiceDefinitionDeploymentContributor`: the service's own param goes before the list of the settings. */
function contextOf(
  {serviceContext}: GivenParams,
  {site: {settings}, role}: DispatchContext,
): Pick<HeaderPolicy, 'context'> {
  const appended =
    serviceContext !== undefined || settings['gateway.xforwarded.header.context.append.servicename'].includes(role)
  if (!appended || !settings['gateway.xforwarded.enabled']) return {}
  return {context: serviceContext || settings['gateway.path'].split('/').length + 2}
}

type ResponseHeaders = Pick<HeaderPolicy, 'responseExclude' | 'responseExcludeCookies'>

const PASS_ALL: ResponseHeaders = {responseExclude: [], responseExcludeCookies: LOGIN_COOKIES}

/** A class that passes WWW-Authenticate passes all fields but Set-Cookie, whatever the params say. Source: Knox, `StormDispatch`. */
function passing(passes: DispatchClass['passes'], usual: ResponseHeaders): ResponseHeaders {
  if (!passes.includes('www-authenticate')) return usual
  return {...usual, responseExclude: usual.responseExclude.filter(name => name === 'set-cookie')}
}

function actorOf(params: GivenParams): HeaderPolicy['actor'] {
  if (!params.shouldIncludePrincipalAndGroups) return undefined
  const given = {...defaultsOf(serviceParams), ...params}
  const {groupHeaderLengthLimit, groupHeaderSizeLimit} = given
  return {
    id: given.actorIdHeaderName,
    groupsPrefix: given.actorGroupsHeaderPrefix,
    groups: {
      pattern: given.groupFilterPattern,
      longest: groupHeaderSizeLimit > 0 ? groupHeaderSizeLimit : groupHeaderLengthLimit,
    },
  }
}

/** A list that does not speak of Set-Cookie still holds the login cookies back; one of nothing else leaves WWW-Authenticate held back. */
function responseHeadersOf(given: readonly string[] | undefined): ResponseHeaders {
  if (given === undefined) return {responseExclude: ['set-cookie', 'www-authenticate'], responseExcludeCookies: []}
  const cookies = given.find(item => item.startsWith('set-cookie'))
  const others = given.filter(item => !item.startsWith('set-cookie'))
  const headers = others.length > 0 ? others : ['www-authenticate']
  if (cookies === undefined) return {responseExclude: headers, responseExcludeCookies: LOGIN_COOKIES}
  const parts = (cookies.split(':')[1] ?? '')
    .split(';')
    .map(part => part.trim())
    .filter(part => part !== '')
  return parts.length > 0
    ? {responseExclude: headers, responseExcludeCookies: parts}
    : {responseExclude: [...headers, 'set-cookie'], responseExcludeCookies: []}
}

const lower = (name: string) => name.toLowerCase()
