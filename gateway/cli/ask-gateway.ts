import {request} from 'node:http'
import {ControlError, controlPath} from '../admin/control-socket.js'
import {problems} from '../common/problem.js'
import {homeFiles} from '../server/files/home-files.js'
import {readSite} from '../server/files/read-home.js'
import {EXIT} from './exit-codes.js'

/** What a running gateway answers; `T` is what `control` says of the request. */
export interface Asked<T> {
  readonly status: number
  readonly content: T
}

/**
 * Asks the gateway that runs over a home, by its control socket, and prints what comes of it; gives the
 * exit code. When none runs, or it refuses, that is told on stderr.
 */
export async function askGateway<T>(
  home: string,
  {method = 'GET', target}: {readonly method?: string; readonly target: string},
  print: (content: T) => string,
): Promise<number> {
  try {
    const {status, content} = await ask<T & {readonly error?: string}>(pathOf(home), method, target)
    if (status === 200) process.stdout.write(print(content))
    else process.stderr.write(`${content.error ?? status}\n`)
    return status === 200 ? EXIT.ok : EXIT.failed
  } catch (error) {
    if (!(error instanceof ControlError)) throw error
    process.stderr.write(`${error.message}\n`)
    return EXIT.failed
  }
}

function pathOf(home: string): string {
  const {settings} = readSite(homeFiles(home), process.env, problems())
  const path = settings['gateway.control.socket']
  if (path === '') throw new ControlError('gateway.control.socket is empty: the gateway has no control socket')
  return controlPath(home, path)
}

function ask<T>(socketPath: string, method: string, path: string): Promise<Asked<T>> {
  return new Promise((resolve, reject) => {
    const asked = request({socketPath, method, path, agent: false}, response => {
      response.setEncoding('utf8')
      let text = ''
      response.on('data', (part: string) => {
        text += part
      })
      // the other side is `control`, which says what it answers
      response.on('end', () => resolve({status: response.statusCode ?? 0, content: JSON.parse(text) as T}))
      response.on('error', reject)
    })
    asked.on('error', (error: NodeJS.ErrnoException) => reject(new ControlError(whyNot(socketPath, error))))
    asked.end()
  })
}

function whyNot(path: string, {code, message}: NodeJS.ErrnoException): string {
  if (code === 'ENOENT' || code === 'ECONNREFUSED') return `no gateway runs with the control socket ${path}`
  if (code === 'EACCES') return `the control socket ${path} is for its owner only`
  return `the control socket ${path} does not answer: ${message}`
}
