import type {Log, LogFields} from './log.js'

/** A log that prints one line an entry: time, level, message, then the fields as `name=value`. */
export function textLog(out: (line: string) => void): Log {
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}) => {
      const tail = Object.entries(fields).map(([name, value]) =>
        value === undefined ? '' : ` ${name}=${JSON.stringify(value)}`,
      )
      out(`${new Date().toISOString()} ${level} ${message}${tail.join('')}\n`)
    }
  return {info: at('info'), warn: at('warn'), error: at('error')}
}
