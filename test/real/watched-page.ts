import {strict as assert} from 'node:assert'
import type {Page} from 'playwright-core'
import {startChromium} from '../helpers/chromium.js'
import type {Scene} from './scene.js'

/** A page of Chromium, and what it asked for. */
export interface WatchedPage {
  readonly page: Page
  /** Requests, responses from 400 on and messages of errors, that a gateway in front should not have caused. */
  readonly amiss: readonly string[]
  /** Addresses of WebSockets. */
  readonly sockets: readonly string[]
  /** Takes a picture into the working directory's `build/real`. */
  picture(name: string): Promise<void>
}

/** Opens a page whose requests must all begin with `prefix`. `known`: of what is amiss, what is so without a gateway too. */
export async function watchedPage(scene: Scene, prefix: string, known = /(?!)/): Promise<WatchedPage> {
  const {teardown, see} = scene
  const browser = await startChromium(scene)
  assert.ok(browser, 'chromium is not on PATH')
  const page = await browser.newPage({viewport: {width: 1280, height: 900}})
  page.setDefaultTimeout(60_000)
  const amiss: string[] = []
  const sockets: string[] = []
  teardown(async () => {
    await page.screenshot({path: 'build/real/last.png'})
    for (const what of amiss) see(`amiss: ${what}`)
  })
  const note = (what: string) => {
    if (!known.test(what)) amiss.push(what)
  }
  page.on('request', request => isBelow(request.url(), prefix) || note(`outside: ${request.url()}`))
  page.on('response', response => response.status() >= 400 && note(`${response.status()}: ${response.url()}`))
  page.on('pageerror', error => note(`error: ${error.message}`))
  page.on('console', message => message.type() === 'error' && note(`console: ${message.text()}`))
  page.on('websocket', socket => {
    sockets.push(socket.url())
    if (!isBelow(socket.url().replace(/^ws/, 'http'), prefix)) note(`outside: ${socket.url()}`)
  })
  return {
    page,
    amiss,
    sockets,
    async picture(name) {
      const path = `build/real/${name}.png`
      await page.screenshot({path, animations: 'disabled'})
      see(`picture ${path}`)
    },
  }
}

const isBelow = (url: string, prefix: string) => url.startsWith(prefix) || /^(?:data|blob|about):/.test(url)

/** Fails when something is amiss. */
export function assertSound({amiss}: WatchedPage): void {
  assert.deepEqual(amiss, [])
}
