import {hkdfSync, X509Certificate} from 'node:crypto'
import {createRequire} from 'node:module'
import type * as Tls from 'node:tls'
import {cipherList} from '../../secrets/ciphers.js'
import {frontIdentities, type Identity, type KeySources, readTrust, TlsFileError} from '../../secrets/identity.js'
import {readMaster} from '../../secrets/master.js'
import type {Environment} from '../../site/read-site.js'

const require = createRequire(import.meta.url)

/** What the front end speaks TLS with; a reload puts another in its place, for connections to come. */
export interface FrontTls {
  readonly options: Tls.SecureContextOptions & Pick<Tls.TlsOptions, 'requestCert' | 'rejectUnauthorized'>
  /** The context for the host that a client names (RFC 6066 §3); undefined: that of `options`. */
  contextFor(host: string): Tls.SecureContext | undefined
}

/** Of the settings; undefined: cleartext. Throws TlsFileError. */
export function frontTls(sources: KeySources, environment: Environment): FrontTls | undefined {
  const {settings} = sources
  if (!settings['ssl.enabled']) return undefined
  const identities = frontIdentities(sources)
  const shared = sharedOptions(sources, environment)
  const [first, ...others] = identities
  const contexts = others.map(identity => ({
    certificate: certificateOf(identity),
    context: contextOf({...shared, ...identity}),
  }))
  const options = {...shared, ...first}
  return {
    options: {
      ...options,
      requestCert: settings['gateway.client.auth.needed'] || settings['gateway.client.auth.wanted'],
      rejectUnauthorized: settings['gateway.client.auth.needed'],
    },
    contextFor: host => contexts.find(({certificate}) => certificate?.checkHost(host) !== undefined)?.context,
  }
}

function sharedOptions({settings, home}: KeySources, environment: Environment): Tls.SecureContextOptions {
  const trust = settings['gateway.truststore.path']
  const ciphers = cipherList(settings['ssl.include.ciphers'], settings['ssl.exclude.ciphers'])
  const master = readMaster(home, environment)
  return {
    ...versions(settings['ssl.include.protocols'], settings['ssl.exclude.protocols']),
    ...(ciphers !== undefined && {ciphers}),
    ...(trust !== '' && {ca: readTrust(home, trust, 'gateway.truststore.path')}),
    ...(master !== undefined && {ticketKeys: Buffer.from(hkdfSync('sha256', master, '', 'tls session tickets', 48))}),
  }
}

/** Source: Knox, `ssl.include.protocols`, `ssl.exclude.protocols`. What is older than TLS 1.2 is never spoken (RFC 8996). */
function versions(included: readonly string[], excluded: readonly string[]): Tls.SecureContextOptions {
  const [minVersion, maxVersion = minVersion] = (['TLSv1.2', 'TLSv1.3'] as const).filter(
    version => (included.length === 0 || included.includes(version)) && !excluded.includes(version),
  )
  if (minVersion === undefined || maxVersion === undefined)
    throw new TlsFileError('conf/gateway-site.xml', 'ssl.include.protocols', 'neither TLSv1.2 nor TLSv1.3 is left')
  return {minVersion, maxVersion}
}

function contextOf(options: Tls.SecureContextOptions): Tls.SecureContext {
  const {createSecureContext}: typeof Tls = require('node:tls')
  return createSecureContext(options)
}

const certificateOf = (identity: Identity) => ('cert' in identity ? new X509Certificate(identity.cert) : undefined)
