import type {Settings} from '../../site/settings.js'
import type {FrontOptions} from './front.js'
import type {FrontTls} from './front-tls.js'

/** What the settings say of the front end. */
export function frontOptions(
  settings: Settings,
  tls: FrontTls | undefined,
  given: {readonly host?: string | undefined; readonly port?: number | undefined},
): FrontOptions {
  const common = {
    idleTimeout: settings['gateway.idle.timeout'],
    headTimeout: settings['gateway.request.header.timeout'],
    maxHeaderSize: settings['gateway.httpserver.requestHeaderBuffer'],
  }
  const modern = tls ? settings['gateway.http2.enabled'] : settings['gateway.http2.cleartext']
  return {
    ...common,
    host: given.host ?? settings['gateway.host'],
    port: given.port ?? settings['gateway.port'],
    tls,
    http2: modern
      ? {
          ...common,
          maxStreams: settings['gateway.http2.streams.max'],
          resetRate: settings['gateway.http2.resets.rate'],
          pingRate: settings['gateway.http2.pings.rate'],
          overheadRate: settings['gateway.http2.overhead.rate'],
        }
      : undefined,
  }
}
