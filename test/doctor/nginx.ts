import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {connect} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import type {ExecutionContext} from 'ava'
import {freePort} from '../helpers/free-port.js'

const NGINX = '/usr/sbin/nginx'

/** nginx in front of a service until the end of the test; undefined, and the test says that it is skipped, where it is not installed. */
export async function nginx(t: ExecutionContext, service: string, directives: string): Promise<string | undefined> {
  if (!existsSync(NGINX)) {
    t.log('skipped: there is no nginx here')
    t.pass()
    return undefined
  }
  const folder = mkdtempSync(join(tmpdir(), 'gateway-nginx-'))
  const port = await freePort()
  writeFileSync(join(folder, 'nginx.conf'), configuration(folder, port, service, directives))
  const child = spawn(NGINX, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], {
    stdio: 'ignore',
  })
  const exit = once(child, 'exit')
  t.teardown(async () => {
    child.kill('SIGTERM')
    await exit
    rmSync(folder, {recursive: true})
  })
  while (child.exitCode === null && !(await listens(port))) await pause(20)
  return `http://127.0.0.1:${port}/`
}

const configuration = (folder: string, port: number, service: string, directives: string) => `
daemon off;
pid ${folder}/nginx.pid;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(name => `${name}_temp_path ${folder}/${name};`).join(' ')}
  server { listen 127.0.0.1:${port}; location / { proxy_pass ${service}; ${directives} } }
}
`

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const there = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return there
}
