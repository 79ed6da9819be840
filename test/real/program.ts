import {type ChildProcess, execFileSync, type SpawnOptions, spawn} from 'node:child_process'
import {setTimeout as pause} from 'node:timers/promises'
import type {Scene} from './scene.js'

/** Starts a program and waits until an address answers, at most two minutes. Rejects with what the program said. */
export async function started(
  {teardown}: Scene,
  [command = '', ...args]: readonly string[],
  url: string,
  options: SpawnOptions = {},
): Promise<void> {
  const program = spawn(command, args, {...options, stdio: ['ignore', 'pipe', 'pipe']})
  teardown(() => ended(program))
  let said = ''
  const hear = (text: Buffer) => {
    said = (said + text).slice(-10_000)
  }
  program.stdout?.on('data', hear)
  program.stderr?.on('data', hear)
  program.on('error', error => hear(Buffer.from(error.message)))
  const over = () => program.exitCode !== null
  await until(async () => over() || answers(url))
  if (over()) throw new Error(`${command} ended\n${said}`)
}

/** Asks again each half second, two minutes at most. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 240; tries++) {
    if (await isSo()) return
    await pause(500)
  }
  throw new Error('not within two minutes')
}

const answers = (url: string) =>
  fetch(url, {redirect: 'manual'}).then(
    response => response.status < 500,
    () => false,
  )

function ended(program: ChildProcess): Promise<void> | void {
  if (program.exitCode !== null || program.signalCode !== null || program.pid === undefined) return
  return new Promise(resolve => {
    program.on('exit', () => resolve())
    program.kill('SIGTERM')
  })
}

/** The first line of what a program prints. */
export function lineOf(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']}).split('\n')[0] ?? ''
}
