import {existsSync} from 'node:fs'
import {delimiter, join} from 'node:path'
import {type Browser, chromium} from 'playwright-core'
import type {Teardown} from './teardown.js'

const folders = (process.env['PATH'] ?? '').split(delimiter)

/** Chromium on the path; undefined: there is none. */
const executablePath = folders.map(folder => join(folder, 'chromium')).find(path => existsSync(path))

/** A browser until the end of the test; undefined where none is installed. */
export async function startChromium({teardown}: Teardown): Promise<Browser | undefined> {
  if (executablePath === undefined) return undefined
  const browser = await chromium.launch({executablePath, args: ['--no-sandbox'], timeout: 120_000})
  teardown(() => browser.close())
  return browser
}
