import {existsSync} from 'node:fs'
import type {Problems} from '../../common/problem.js'
import {type KeySources, selfSignedFile, TlsFileError} from '../../secrets/identity.js'
import type {Environment} from '../../site/read-site.js'
import type {Settings} from '../../site/settings.js'
import {frontTls} from '../front/front-tls.js'
import {serviceTls} from './service-tls.js'

/** Whether a start makes the certificate itself. */
export const isSelfSigned = (settings: Settings) =>
  settings['ssl.enabled'] &&
  settings['gateway.tls.certificate'].length === 0 &&
  settings['gateway.tls.keystore.path'] === ''

/** Tells of the first file that TLS cannot be spoken with. */
export function checkTlsFiles(sources: KeySources, environment: Environment, problems: Problems): void {
  const {settings, home} = sources
  try {
    if (!isSelfSigned(settings) || existsSync(selfSignedFile(home))) frontTls(sources, environment)
    const services = serviceTls(sources)
    if (settings['gateway.httpclient.keystore.path'] !== '') services.twoWay()
  } catch (error) {
    if (!(error instanceof TlsFileError)) throw error
    problems.fault('tls-unusable', {file: error.file, line: 1, column: 1}, error.message)
  }
}
