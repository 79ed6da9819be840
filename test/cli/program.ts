import {type ChildProcess, spawn} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import type {ExecutionContext} from 'ava'

const PROGRAM = fileURLToPath(new URL('../../../bin/gateway', import.meta.url))

/** What a run of the program left. */
export interface Run {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** A run of the program that goes on. */
export interface Started {
  readonly process: ChildProcess
  /** Of the line `listening on …`. */
  readonly url: string
  readonly port: number
  readonly ended: Promise<Run>
}

/** The environment, without what would change the gateway's settings. */
function environment(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const clean = Object.entries(process.env).filter(([name]) => !/^(GATEWAY_|NODE_V8_COVERAGE)/.test(name))
  return {...Object.fromEntries(clean), ...more}
}

function begin(
  args: readonly string[],
  more: Readonly<Record<string, string>>,
  input = '',
  flags: readonly string[] = [],
) {
  const child = spawn(process.execPath, [...flags, PROGRAM, ...args], {env: environment(more), stdio: 'pipe'})
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  const ended = new Promise<Run>(resolve => child.on('close', code => resolve({code, out, err})))
  return {child, ended, out: () => out}
}

/** Runs `gateway` with these arguments, variables and standard input to its end. */
export function gateway(
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
  input?: string,
): Promise<Run> {
  return begin(args, more, input).ended
}

/**
 * Starts `gateway start` with these arguments on a free port, by a Node with these flags; killed with the test. Rejects when it
 * ends before it listens.
 */
export async function started(
  t: ExecutionContext,
  args: readonly string[],
  flags: readonly string[] = [],
): Promise<Started> {
  const {child, ended, out} = begin(['start', '--port', '0', ...args], {}, '', flags)
  t.teardown(() => {
    child.kill('SIGKILL')
    return ended
  })
  const listening = new Promise<string>(resolve => {
    child.stdout?.on('data', () => {
      const [, url] = /^listening on (\S+)$/m.exec(out()) ?? []
      if (url !== undefined) resolve(url)
    })
  })
  const early = ended.then(run => Promise.reject(new Error(`ended with ${run.code}: ${run.err}`)))
  early.catch(() => {})
  const url = await Promise.race([listening, early])
  return {process: child, url, port: Number(new URL(url).port), ended}
}
