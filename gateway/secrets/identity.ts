import {createPrivateKey, X509Certificate} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {join, resolve} from 'node:path'
import type * as Tls from 'node:tls'
import type {Settings} from '../site/settings.js'
import {GATEWAY_CLUSTER} from './alias-store.js'
import type {Aliases} from './aliases.js'
import {securityFolder} from './master.js'

const require = createRequire(import.meta.url)

/** A certificate chain and its private key, as `tls.createSecureContext` takes them. */
export type Identity =
  | {readonly cert: Buffer; readonly key: Buffer; readonly passphrase?: string}
  | {readonly pfx: Buffer; readonly passphrase?: string}

/** A file that TLS needs and that is of no use. */
export class TlsFileError extends Error {
  override readonly name = 'TlsFileError'
  /** As the setting names it. */
  readonly file: string

  constructor(file: string, setting: string, cause: unknown) {
    super(`${setting}: ${cause instanceof Error ? cause.message : String(cause)}`, {cause})
    this.file = file
  }
}

/** What reads key material: the settings of a home, its folder and its aliases. */
export interface KeySources {
  readonly settings: Settings
  readonly home: string
  readonly aliases: Aliases
}

/** PEM of the certificate and key that `create-cert` and a first start make. */
export const selfSignedFile = (home: string) => join(securityFolder(home), 'keystores', 'gateway.pem')

/**
 * What the front end may show, the first where a client names no host: of the PEM files, else of the PKCS#12 file, else
 * the self-signed one. Throws TlsFileError.
 */
export function frontIdentities(sources: KeySources): readonly Identity[] {
  const {settings, home} = sources
  const certificates = settings['gateway.tls.certificate']
  const store = settings['gateway.tls.keystore.path']
  if (certificates.length > 0) return certificates.map((file, i) => pemPair(sources, file, i))
  if (store !== '') return [keystore(sources, store, 'gateway.tls.keystore')]
  const own = readKeyFile(home, selfSignedFile(home), 'ssl.enabled')
  return [{cert: own, key: own}]
}

/** What the gateway shows to services: `gateway.httpclient.keystore.path`, else what it shows to clients. Throws TlsFileError. */
export function clientIdentity(sources: KeySources): Identity | undefined {
  const store = sources.settings['gateway.httpclient.keystore.path']
  if (store === '') return frontIdentities(sources)[0]
  return keystore(sources, store, 'gateway.httpclient.keystore')
}

/** Bytes of a file, relative to the home. Throws TlsFileError. */
function readKeyFile(home: string, file: string, setting: string): Buffer {
  return usable(file, setting, () => readFileSync(resolve(home, file)))
}

/** Certificates in PEM that vouch for others. Throws TlsFileError. */
export function readTrust(home: string, file: string, setting: string): Buffer {
  const bytes = readKeyFile(home, file, setting)
  usable(file, setting, () => new X509Certificate(bytes))
  return bytes
}

function pemPair(sources: KeySources, file: string, i: number): Identity {
  const {settings, home} = sources
  const cert = readKeyFile(home, file, 'gateway.tls.certificate')
  const certificate = usable(file, 'gateway.tls.certificate', () => new X509Certificate(cert))
  const keyFile = settings['gateway.tls.key'][i] ?? ''
  const key = readKeyFile(home, keyFile, 'gateway.tls.key')
  const password = passwordOf(sources, 'gateway.tls.key.passphrase.alias')
  const fits = usable(keyFile, 'gateway.tls.key', () =>
    certificate.checkPrivateKey(createPrivateKey({key, ...password})),
  )
  if (!fits) throw new TlsFileError(keyFile, 'gateway.tls.key', `it is not the key of ${file}`)
  return {cert, key, ...password}
}

type Keystore = 'gateway.tls.keystore' | 'gateway.httpclient.keystore'

function keystore(sources: KeySources, file: string, setting: Keystore): Identity {
  const pfx = readKeyFile(sources.home, file, `${setting}.path`)
  const identity = {pfx, ...passwordOf(sources, `${setting}.password.alias`)}
  const {createSecureContext}: typeof Tls = require('node:tls')
  usable(file, `${setting}.path`, () => createSecureContext(identity))
  return identity
}

function usable<V>(file: string, setting: string, read: () => V): V {
  try {
    return read()
  } catch (cause) {
    throw new TlsFileError(file, setting, cause)
  }
}

type PasswordSetting = `${Keystore}.password.alias` | 'gateway.tls.key.passphrase.alias'

/** The password of the alias; a store or key without one has no such alias. */
function passwordOf({settings, aliases}: KeySources, setting: PasswordSetting): {readonly passphrase?: string} {
  const name = settings[setting]
  return 'fault' in aliases.find(GATEWAY_CLUSTER, name) ? {} : {passphrase: aliases.valueOf(GATEWAY_CLUSTER, name)}
}
