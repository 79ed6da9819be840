import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {Teardown} from '../helpers/teardown.js'

/** Where a real program runs for a while: what it left to be ended is ended, last first. */
export interface Scene extends Teardown {
  /** A folder that goes with the scene. */
  readonly folder: string
  /** Tells what was seen. */
  readonly see: (what: string) => void
}

/** Plays a scene; rejects when it fails, after everything has ended. */
export async function played(name: string, play: (scene: Scene) => Promise<void>): Promise<void> {
  const ends: (() => unknown)[] = []
  const folder = mkdtempSync(join(tmpdir(), 'gateway-real-'))
  ends.push(() => rmSync(folder, {recursive: true, force: true, maxRetries: 5}))
  const see = (what: string) => process.stdout.write(`${name}: ${what}\n`)
  try {
    await play({folder, see, teardown: (end: () => unknown) => void ends.push(end)})
  } finally {
    for (const end of ends.reverse()) await end()
  }
}
