import type {Settings} from '../site/settings.js'
import type {FrontOptions} from './front.js'
import {readTlsFiles} from './tls-files.js'

/** What the settings say of the front end. Throws when a PEM file cannot be read. */
export function frontOptions(
  settings: Settings,
  home: string,
  given: {readonly host?: string | undefined; readonly port?: number | undefined},
): FrontOptions {
  return {
    host: given.host ?? settings['gateway.host'],
    port: given.port ?? settings['gateway.port'],
    tls: readTlsFiles(settings, home),
    idleTimeout: settings['gateway.idle.timeout'],
    headTimeout: settings['gateway.request.header.timeout'],
    maxHeaderSize: settings['gateway.httpserver.requestHeaderBuffer'],
  }
}
