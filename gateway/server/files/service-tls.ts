import type {ConnectionOptions} from 'node:tls'
import {clientIdentity, type KeySources, readTrust} from '../../secrets/identity.js'

/** What is spoken with services that want to know who the gateway is, and with all others. */
export interface ServiceTls {
  readonly plain: ConnectionOptions | undefined
  /** Read when it is first wanted: a first start makes its certificate later. Throws TlsFileError. */
  twoWay(): ConnectionOptions | undefined
}

/** Of the settings. Throws TlsFileError. Source: Knox, `DefaultHttpClientFactory`. */
export function serviceTls(sources: KeySources): ServiceTls {
  const {settings, home} = sources
  const trust = settings['gateway.httpclient.truststore.path']
  const plain = trust === '' ? undefined : {ca: readTrust(home, trust, 'gateway.httpclient.truststore.path')}
  const shows = settings['ssl.enabled'] || settings['gateway.httpclient.keystore.path'] !== ''
  let twoWay: ConnectionOptions | undefined
  return {
    plain,
    twoWay() {
      twoWay ??= shows ? {...plain, ...clientIdentity(sources)} : plain
      return twoWay
    },
  }
}
