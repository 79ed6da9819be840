import type {Log} from '../../gateway/common/log.js'

/** A log that a test can wait for. */
export interface TellingLog extends Log {
  /** A line each: the message and its fields. */
  readonly lines: readonly string[]
  /** Resolves with the first line that fits, told before or after. */
  until(pattern: RegExp): Promise<string>
}

/** A new one. */
export function tellingLog(): TellingLog {
  const lines: string[] = []
  const waiting = new Set<() => void>()
  const tell = (message: string, fields?: object) => {
    lines.push(fields ? `${message} ${JSON.stringify(fields)}` : message)
    for (const look of waiting) look()
  }
  const until = (pattern: RegExp) =>
    new Promise<string>(resolve => {
      const look = () => {
        const found = lines.find(line => pattern.test(line))
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  return {info: tell, warn: tell, error: tell, lines, until}
}
