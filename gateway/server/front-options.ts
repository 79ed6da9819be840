import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import type {Settings} from '../site/settings.js'
import type {FrontOptions} from './front.js'

/** What the settings say of the front end. Throws when a PEM file cannot be read. */
export function frontOptions(
  settings: Settings,
  home: string,
  given: {readonly host?: string | undefined; readonly port?: number | undefined},
): FrontOptions {
  const pem = (name: 'gateway.tls.certificate' | 'gateway.tls.key') =>
    readFileSync(resolve(home, settings[name]), 'utf8')
  return {
    host: given.host ?? settings['gateway.host'],
    port: given.port ?? settings['gateway.port'],
    tls: settings['ssl.enabled'] ? {cert: pem('gateway.tls.certificate'), key: pem('gateway.tls.key')} : undefined,
    idleTimeout: settings['gateway.idle.timeout'],
    headTimeout: settings['gateway.request.header.timeout'],
    maxHeaderSize: settings['gateway.httpserver.requestHeaderBuffer'],
  }
}
