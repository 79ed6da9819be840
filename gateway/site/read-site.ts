import type {Param} from '../common/params.js'
import type {Problems, SourceLocation} from '../common/problem.js'
import {suggestion} from '../common/suggest.js'
import {KNOX_PREFIXES, KNOX_SETTINGS} from './knox-settings.js'
import type {SettingName} from './settings.js'
import {environmentName, type Settings, settings} from './settings.js'
import {GROUP_CONFIG, type Origin, type Site, type SiteProperty} from './site.js'

/** The variables of the process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What is known so far of a setting. */
interface Found {
  readonly value: unknown
  readonly origin: Origin
  readonly at: SourceLocation
}

type FoundSettings = Map<SettingName, Found>

const NAMES = Object.keys(settings).filter(isSetting)
const BY_VARIABLE = new Map(NAMES.map(name => [environmentName(name), name]))

/** Reads the properties of a `gateway-site.xml`, then what the environment says instead. Never throws. */
export function siteOf(properties: readonly SiteProperty[], environment: Environment, problems: Problems): Site {
  const found: FoundSettings = new Map()
  readProperties(properties, found, problems)
  readEnvironment(environment, found, problems)
  checkTls(found, problems)
  checkResume(found, problems)
  const entries = NAMES.map(name => [name, found.get(name)?.value ?? settings[name].default])
  const origins = NAMES.map(name => [name, found.get(name)?.origin ?? 'default'])
  // the two lists above hold every name with a value its own param has read
  return {
    settings: Object.fromEntries(entries) as Settings,
    origins: Object.fromEntries(origins) as Site['origins'],
    groupConfig: properties.filter(({name}) => name.startsWith(GROUP_CONFIG)).map(withoutPrefix),
  }
}

const withoutPrefix = (property: SiteProperty) => ({...property, name: property.name.slice(GROUP_CONFIG.length)})

function readProperties(properties: readonly SiteProperty[], found: FoundSettings, problems: Problems): void {
  const unused: SiteProperty[] = []
  const seen = new Map<string, SourceLocation>()
  for (const property of properties) {
    const {name, value, at} = property
    const before = seen.get(name)
    if (before) problems.warning('setting-duplicate', at, `${name} was set in line ${before.line}; this one holds`)
    seen.set(name, at)
    if (name.startsWith(GROUP_CONFIG)) continue
    if (isSetting(name)) take(name, value, `${at.file}:${at.line}`, at, found, problems)
    else if (ofKnox(name) || ofOthers(name)) unused.push(property)
    else problems.fault('setting-unknown', at, `${name} is not a setting${suggestion(name, NAMES)}`)
  }
  const [first] = unused
  if (first) problems.warning('setting-unused', first.at, `settings that have no use here: ${listed(unused)}`)
}

function readEnvironment(environment: Environment, found: FoundSettings, problems: Problems): void {
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith('GATEWAY_') || OTHERS.test(variable) || value === undefined) continue
    const name = BY_VARIABLE.get(variable)
    const at = {file: `environment ${variable}`, line: 1, column: 1}
    if (OF_KUBERNETES.test(`${variable}=${value}`)) continue
    if (name) take(name, value, at.file, at, found, problems)
    else problems.warning('environment-unknown', at, `no setting${suggestion(variable, BY_VARIABLE.keys())}`)
  }
}

/** The home, and secrets. */
const OTHERS = /^GATEWAY_(HOME|MASTER|ALIAS_\w+)$/

/** What Kubernetes puts into the environment of pods beside a Service named `gateway`. */
const OF_KUBERNETES = /^GATEWAY_(SERVICE_(HOST|PORT)\w*|PORT_\d+_\w+)=|^GATEWAY_PORT=tcp:/

function take(
  name: SettingName,
  text: string,
  origin: Origin,
  at: SourceLocation,
  found: FoundSettings,
  problems: Problems,
) {
  const param: Param<unknown> = settings[name]
  try {
    found.set(name, {value: param.read(text), origin, at})
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    problems.fault('setting-invalid', at, `${name}: ${error.message}`)
  }
}

/** As many keys as certificates, or a keystore, or neither; named, they switch TLS on unless the file says otherwise. */
function checkTls(found: FoundSettings, problems: Problems): void {
  const certificate = found.get('gateway.tls.certificate')
  const key = found.get('gateway.tls.key')
  const store = found.get('gateway.tls.keystore.path')
  const enabled = found.get('ssl.enabled')
  const named = certificate ?? key ?? store
  if (lengthOf(certificate) !== lengthOf(key) && named)
    problems.fault('tls-incomplete', named.at, 'TLS needs as many of gateway.tls.key as of gateway.tls.certificate')
  if (certificate && store)
    problems.fault('tls-incomplete', store.at, 'gateway.tls.certificate or gateway.tls.keystore.path, not both')
  const implied = certificate ?? store
  if (implied && !enabled)
    found.set('ssl.enabled', {value: true, origin: `implied by ${nameOf(implied, found)}`, at: implied.at})
  checkClientAuth(found, problems)
}

const lengthOf = (found: Found | undefined) => (Array.isArray(found?.value) ? found.value.length : 0)

const nameOf = (wanted: Found, found: FoundSettings) => [...found].find(([, each]) => each === wanted)?.[0]

/** Whom to believe is never left to those whom everybody believes. */
function checkClientAuth(found: FoundSettings, problems: Problems): void {
  const asked = [found.get('gateway.client.auth.needed'), found.get('gateway.client.auth.wanted')]
  const wanted = asked.find(each => each?.value === true)
  if (wanted && !found.get('gateway.truststore.path'))
    problems.fault('tls-incomplete', wanted.at, 'certificates of clients need gateway.truststore.path')
  if (wanted && found.get('ssl.enabled')?.value !== true)
    problems.fault('tls-incomplete', wanted.at, 'certificates of clients need ssl.enabled')
  const excluded = found.get('gateway.client.auth.exclude')
  if (asked[0]?.value === true && excluded && lengthOf(excluded) > 0)
    problems.fault(
      'setting-invalid',
      excluded.at,
      'gateway.client.auth.exclude: all topologies have one port; set gateway.client.auth.wanted, and name ClientCert where a certificate is needed',
    )
  const shown = found.get('gateway.httpclient.twoWaySsl.enabled')
  const own = found.get('gateway.httpclient.keystore.path') ?? found.get('ssl.enabled')
  if (shown?.value === true && !own?.value)
    problems.fault('tls-incomplete', shown.at, 'there is no certificate to show: set gateway.httpclient.keystore.path')
}

/** `resume` for all services wants all of them to honour it. */
function checkResume(found: FoundSettings, problems: Problems): void {
  const wanted = found.get('gateway.sse.on.loss')
  if (wanted?.value === 'resume' && found.get('gateway.sse.resume')?.value !== 'last-event-id')
    problems.fault('resume-undeclared', wanted.at, 'gateway.sse.on.loss=resume needs gateway.sse.resume=last-event-id')
}

function isSetting(name: string): name is SettingName {
  return Object.hasOwn(settings, name)
}

const ofKnox = (name: string) => KNOX_SETTINGS.has(name) || KNOX_PREFIXES.some(prefix => name.startsWith(prefix))

/** Whether a name is meant for others, as properties of Hadoop are that Knox reads along: it neither begins like a setting nor is nearly one. */
const ofOthers = (name: string) => !/^(?:gateway|ssl|default)\./.test(name) && suggestion(name, NAMES) === ''

const listed = (properties: readonly SiteProperty[]) => [...new Set(properties.map(({name}) => name))].join(', ')
