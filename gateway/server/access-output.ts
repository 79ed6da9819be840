import {resolve} from 'node:path'
import type {Clock} from '../common/clock.js'
import type {Log} from '../common/log.js'
import {type AccessLog, accessLog} from '../observe/access-log.js'
import type {Settings} from '../site/settings.js'
import {fileOutput, type TextOutput} from './file-output.js'
import {toStandardError} from './standard-error.js'

/** The access log and what it writes to. */
export interface AccessOutput {
  readonly log: AccessLog
  close(): Promise<void>
}

/** What an access log needs. */
export interface AccessParts {
  readonly home: string
  readonly clock: Clock
  /** Told when lines cannot be written. */
  readonly log: Log
  /** Where lines go instead of what `gateway.access.log.file` names. */
  readonly out: ((text: string) => void) | undefined
}

/** The access log that the settings ask for. */
export function accessOutput(settings: Settings, {home, clock, log, out}: AccessParts): AccessOutput {
  const output = out ? plain(out) : outputOf(settings['gateway.access.log.file'], home, log)
  const access = accessLog(settings['gateway.access.log.format'], output.write, clock)
  return {
    log: access,
    close() {
      access.flush()
      return output.close()
    },
  }
}

function outputOf(name: string, home: string, log: Log): TextOutput {
  return name === '-' ? plain(toStandardError) : fileOutput(resolve(home, name), log)
}

const plain = (write: (text: string) => void): TextOutput => ({write, close: async () => {}})
