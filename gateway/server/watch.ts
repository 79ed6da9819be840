import {join} from 'node:path'
import {watch as watchFiles} from 'chokidar'
import type {Clock} from '../common/clock.js'

/** Several files are often written at once: one reload serves them all. */
const SETTLE_MS = 150

/** Watches the topologies and definitions of a home. */
export interface Watch {
  /** Resolves when every change from now on will be seen. */
  readonly ready: Promise<void>
  close(): Promise<void>
}

/** Calls `changed` a moment after the last of some changes; errors of the file system go to `failed`. */
export function watchHome(home: string, clock: Clock, changed: () => void, failed: (error: Error) => void): Watch {
  const watcher = watchFiles([join(home, 'conf'), join(home, 'data', 'services')], {
    ignoreInitial: true,
    ignored: (path, stats) => stats?.isFile() === true && !path.endsWith('.xml'),
  })
  let pending: (() => void) | undefined
  watcher.on('all', () => {
    pending?.()
    pending = clock.after(SETTLE_MS, changed)
  })
  watcher.on('error', error => failed(error instanceof Error ? error : new Error(String(error))))
  return {
    ready: new Promise(resolve => watcher.on('ready', () => resolve())),
    async close() {
      pending?.()
      await watcher.close()
    },
  }
}
