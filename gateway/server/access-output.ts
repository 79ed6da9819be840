import {createWriteStream} from 'node:fs'
import {resolve} from 'node:path'
import type {Clock} from '../common/clock.js'
import {type AccessLog, accessLog} from '../observe/access-log.js'
import type {Settings} from '../site/settings.js'

/** The access log and what it writes to. */
export interface AccessOutput {
  readonly log: AccessLog
  close(): Promise<void>
}

/** Opens what `gateway.access.log.file` names, unless lines go elsewhere. */
export function accessOutput(
  settings: Settings,
  home: string,
  clock: Clock,
  out: ((text: string) => void) | undefined,
): AccessOutput {
  const format = settings['gateway.access.log.format']
  const name = settings['gateway.access.log.file']
  if (out !== undefined || name === '-' || format === 'off') {
    const log = accessLog(format, out ?? (text => process.stderr.write(text)), clock)
    return {log, close: async () => log.flush()}
  }
  const file = createWriteStream(resolve(home, name), {flags: 'a'})
  const log = accessLog(format, text => file.write(text), clock)
  return {
    log,
    async close() {
      log.flush()
      await new Promise<void>(done => file.end(() => done()))
    },
  }
}
