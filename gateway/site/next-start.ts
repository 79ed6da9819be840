import type {Settings} from './settings.js'

/** Settings that a plan holds: a reload takes them up. All others are read once, at the start. */
const PLANNED =
  /^gateway\.(?:(?:admission|global\.rules|gzip|servlet\.async|sse|strict)\.|route\.timeout$|xforwarded\.header\.|httpclient\.(?:connectionTimeout|socketTimeout|twoWaySsl\.))/

/** Names of settings that differ, and make no difference until the gateway is started anew. */
export function changedForNextStart(before: Settings, now: Settings): readonly string[] {
  const values: Readonly<Record<string, unknown>> = now
  return Object.entries(before).flatMap(([name, value]) =>
    PLANNED.test(name) || JSON.stringify(value) === JSON.stringify(values[name]) ? [] : [name],
  )
}
