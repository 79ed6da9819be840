import {chmod, lstat, mkdir, unlink} from 'node:fs/promises'
import {createServer, type Server} from 'node:http'
import {connect} from 'node:net'
import {dirname, resolve} from 'node:path'
import type {Control} from './control.js'

/** Why there is no control socket, in words for the operator. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
  /** A gateway that runs has it. */
  readonly taken: boolean

  constructor(message: string, taken = false) {
    super(message)
    this.taken = taken
  }
}

/** A control socket that is listened to. Scope: process. */
export interface ControlSocket {
  close(): Promise<void>
}

/** Bytes of a path that every system takes (`sun_path` has 104 on macOS and BSD, 108 on Linux, its end included). */
const LONGEST = 103

/** The socket's whole path. Throws ControlError when it is too long for a socket. */
export function controlPath(home: string, setting: string): string {
  const path = resolve(home, setting)
  const bytes = Buffer.byteLength(path)
  if (bytes > LONGEST)
    throw new ControlError(
      `the path of the control socket has ${bytes} bytes, a socket's may have ${LONGEST}: ${path}; name a shorter one with gateway.control.socket`,
    )
  return path
}

/**
 * Listens at a UNIX socket that only its owner can reach, in a folder that only its owner can enter. One
 * that a dead process left is replaced. Throws ControlError.
 */
export async function listenControl(path: string, control: Control): Promise<ControlSocket> {
  try {
    await makeFolder(dirname(path))
    await clearStale(path)
    const server = serverOf(control)
    await listen(server, path)
    await chmod(path, 0o600)
    return {close: () => close(server)}
  } catch (error) {
    if (error instanceof ControlError) throw error
    throw new ControlError(`no control socket at ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** What others may enter is not taken over: it may be a folder such as /tmp. */
async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, {recursive: true, mode: 0o700})
  const {mode} = await lstat(folder)
  if ((mode & 0o077) !== 0)
    throw new ControlError(`the folder of the control socket is open to others: ${folder}; it must have mode 0700`)
}

async function clearStale(path: string): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (found === undefined) return
  if (!found.isSocket()) throw new ControlError(`what is at the path of the control socket is no socket: ${path}`)
  if (await answers(path)) throw new ControlError(`another gateway that runs has the control socket ${path}`, true)
  await unlink(path)
}

/** Whether a process listens there. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false)
      else reject(error)
    })
  })
}

function serverOf(control: Control): Server {
  return createServer((req, res) => {
    const {status, content} = control(req.method ?? '', req.url ?? '/')
    const text = `${JSON.stringify(content)}\n`
    res.writeHead(status, {'Content-Type': 'application/json', Connection: 'close'}).end(text)
    req.resume()
  })
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => resolve())
  })
}

function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise(resolve => server.close(() => resolve()))
}
