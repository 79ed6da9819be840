import {appendFile} from 'node:fs/promises'
import type {Log} from '../common/log.js'

/** Where text goes, in its order. */
export interface TextOutput {
  write(text: string): void
  /** Resolves when all that was written has gone. */
  close(): Promise<void>
}

/** Characters that may wait for a slow disk; what comes beyond is lost. */
const MOST_WAITING = 4 * 1024 * 1024

/**
 * Appends to a file, which is opened for each batch: one that was moved away or deleted is made anew. What cannot be
 * written is lost, and told once until it can again. Scope: process.
 */
export function fileOutput(path: string, log: Log): TextOutput {
  let waiting = ''
  let lost = 0
  let writing: Promise<void> | undefined

  const lose = (text: string, cause: string) => {
    if (lost === 0) log.error('the access log cannot be written, and its lines are lost', {file: path, cause})
    lost += text.length
  }
  const append = async (text: string) => {
    try {
      await appendFile(path, text)
      if (lost > 0) log.warn('the access log is written again', {file: path, lost})
      lost = 0
    } catch (error) {
      lose(text, error instanceof Error ? error.message : String(error))
    }
  }
  const run = async () => {
    while (waiting !== '') {
      const text = waiting
      waiting = ''
      await append(text)
    }
    writing = undefined
  }
  return {
    write(text) {
      if (waiting.length + text.length > MOST_WAITING) lose(text, 'the disk is too slow')
      else waiting += text
      writing ??= run()
    },
    close: async () => writing,
  }
}
