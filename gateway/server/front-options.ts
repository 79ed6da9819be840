import type {Settings} from '../site/settings.js'
import type {FrontOptions} from './front.js'
import type {FrontTls} from './front-tls.js'

/** What the settings say of the front end. */
export function frontOptions(
  settings: Settings,
  tls: FrontTls | undefined,
  given: {readonly host?: string | undefined; readonly port?: number | undefined},
): FrontOptions {
  return {
    host: given.host ?? settings['gateway.host'],
    port: given.port ?? settings['gateway.port'],
    tls,
    idleTimeout: settings['gateway.idle.timeout'],
    headTimeout: settings['gateway.request.header.timeout'],
    maxHeaderSize: settings['gateway.httpserver.requestHeaderBuffer'],
  }
}
