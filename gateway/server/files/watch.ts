import {join, relative} from 'node:path'
import type {FSWatcher} from 'chokidar'
import type {Clock} from '../../common/clock.js'

/** Several files are often written at once: one reload serves them all. */
const SETTLE_MS = 150

/** What is told of changes. */
export interface Watcher {
  /** Every change from now on will be seen; what came before may not have been. */
  ready(): void
  /** A moment after the last of some changes. */
  changed(): void
  /** The file system gave an error. */
  failed(error: Error): void
}

/** Watches the topologies and definitions of a home until it is closed. Begins when what runs now has ended: it takes a while. */
export function watchHome(home: string, clock: Clock, watcher: Watcher): {close(): Promise<void>} {
  let pending: (() => void) | undefined
  let files: FSWatcher | undefined
  const begin = setImmediate(async () => {
    files = await watchFiles(home)
    files.on('ready', () => watcher.ready())
    files.on('all', () => {
      pending?.()
      pending = clock.after(SETTLE_MS, () => watcher.changed())
    })
    files.on('error', error => watcher.failed(error instanceof Error ? error : new Error(String(error))))
    if (closed) await files.close()
  })
  let closed = false
  return {
    async close() {
      closed = true
      clearImmediate(begin)
      pending?.()
      await files?.close()
    },
  }
}

/** Of `data` these count; a new value of an alias is a change of the topologies that name it. */
const WATCHED = /^data(?:$|[/\\](?:services|security(?:$|[/\\](?:aliases\.json|secrets|keystores)))(?:$|[/\\]))/

async function watchFiles(home: string): Promise<FSWatcher> {
  const {watch} = await import('chokidar')
  return watch([join(home, 'conf'), join(home, 'data')], {
    ignoreInitial: true,
    ignored(path, stats) {
      const within = relative(home, path)
      if (within.startsWith('data') && !WATCHED.test(within)) return true
      return (
        stats?.isFile() === true &&
        !/\.(xml|conf|json|ya?ml|pem|crt|key|p12|pfx)$/.test(path) &&
        !within.includes('security')
      )
    },
  })
}
