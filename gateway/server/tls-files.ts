import {readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {resolve} from 'node:path'
import type * as Tls from 'node:tls'
import type {Problems} from '../common/problem.js'
import type {Settings} from '../site/settings.js'

const require = createRequire(import.meta.url)

/** Certificate chain and private key, as PEM texts. */
export interface TlsFiles {
  readonly cert: string
  readonly key: string
}

const NAMES = {cert: 'gateway.tls.certificate', key: 'gateway.tls.key'} as const

type Part = keyof typeof NAMES

/** The files that the settings name; undefined when TLS is off. Throws when one cannot be read. */
export function readTlsFiles(settings: Settings, home: string): TlsFiles | undefined {
  const pem = (part: Part) => readFileSync(resolve(home, settings[NAMES[part]]), 'utf8')
  return settings['ssl.enabled'] ? {cert: pem('cert'), key: pem('key')} : undefined
}

/** Tells of the first file that TLS cannot be spoken with. */
export function checkTlsFiles(settings: Settings, home: string, problems: Problems): void {
  if (!settings['ssl.enabled'] || Object.values(NAMES).some(name => settings[name] === '')) return
  const {createSecureContext}: typeof Tls = require('node:tls')
  const read = (part: Part) => readFileSync(resolve(home, settings[NAMES[part]]))
  const checks: readonly (readonly [Part, () => unknown])[] = [
    ['cert', () => createSecureContext({cert: read('cert')})],
    ['key', () => createSecureContext({key: read('key')})],
    ['key', () => createSecureContext({cert: read('cert'), key: read('key')})],
  ]
  for (const [part, check] of checks) {
    const mistake = mistakeOf(check)
    if (mistake === undefined) continue
    problems.fault('tls-unusable', {file: settings[NAMES[part]], line: 1, column: 1}, `${NAMES[part]}: ${mistake}`)
    return
  }
}

function mistakeOf(check: () => unknown): string | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
