import type {IncomingMessage, ServerResponse} from 'node:http'
import test, {type ExecutionContext} from 'ava'
import {rawClient} from '../helpers/raw-client.js'
import {scriptedService} from '../helpers/scripted-service.js'
import {served, service} from '../helpers/served.js'
import {capitals, frame, handshake, OFFER} from '../helpers/web-socket.js'

const PAGE = `<link href="/static/favicon.ico"><a href="/">up</a><form action="/login?next=%2Flab">
<script id="jupyter-config-data" type="application/json">{"appUrl": "/lab", "baseUrl": "/", "fullSettingsUrl": "/lab/api/settings",
"mathjaxUrl": "https://cdn.test/a.js", "preferredPath": "/", "serverRoot": "/home", "wsUrl": ""}</script>
<script>/* Remove token from URL. */ x = 1 / 2</script>`

const LED = `<link href="/gateway/t/jupyter/static/favicon.ico"><a href="/gateway/t/jupyter/">up</a><form action="/gateway/t/jupyter/login?next=%2Flab">
<script id="jupyter-config-data" type="application/json">{"appUrl": "/gateway/t/jupyter/lab", "baseUrl": "/gateway/t/jupyter/", "fullSettingsUrl": "/gateway/t/jupyter/lab/api/settings",
"mathjaxUrl": "https://cdn.test/a.js", "preferredPath": "/", "serverRoot": "/home", "wsUrl": ""}</script>
<script>/* Remove token from URL. */ x = 1 / 2</script>`

/** As a Jupyter server answers that knows no prefix. */
function lab({url = '', headers}: IncomingMessage, response: ServerResponse): void {
  const json = (value: unknown) =>
    response.writeHead(200, {'Content-Type': 'application/json'}).end(JSON.stringify(value))
  if (url === '/') response.writeHead(302, {Location: '/lab'}).end()
  else if (url === '/api/kernelspecs')
    json({kernelspecs: {python3: {resources: {logo: '/kernelspecs/python3/logo.svg'}, spec: {argv: ['/bin/python']}}}})
  else if (url === '/api/me') json({token: headers.authorization, xsrf: headers['x-xsrftoken']})
  else {
    response.writeHead(200, {'Content-Type': 'text/html; charset=UTF-8', 'Set-Cookie': '_xsrf=2|a; Path=/'})
    response.end(PAGE)
  }
}

const behind = async (t: ExecutionContext) =>
  served(t, {definition: 'jupyter/1.0', role: 'JUPYTER', urls: [await service(t, lab)]})

test('a page, its settings and its cookies lead back to the gateway', async t => {
  const {url} = await behind(t)
  const answer = await fetch(`${url}/jupyter/lab`)
  t.is(await answer.text(), LED)
  t.is(answer.headers.get('set-cookie'), '_xsrf=2|a; Path=/gateway/t/jupyter/')
})

test('a file of a user stays as it is', async t => {
  const {url} = await behind(t)
  t.is(await (await fetch(`${url}/jupyter/files/page.html`)).text(), PAGE)
})

test('redirects, and logos of kernels', async t => {
  const {url} = await behind(t)
  const moved = await fetch(`${url}/jupyter/`, {redirect: 'manual'})
  t.is(moved.headers.get('location'), '/gateway/t/jupyter/lab')
  const logo = '/gateway/t/jupyter/kernelspecs/python3/logo.svg'
  t.deepEqual(await (await fetch(`${url}/jupyter/api/kernelspecs`)).json(), {
    kernelspecs: {python3: {resources: {logo}, spec: {argv: ['/bin/python']}}},
  })
})

test('tokens reach the server', async t => {
  const {url} = await behind(t)
  const headers = {Authorization: 'token a', 'X-XSRFToken': 'b'}
  t.deepEqual(await (await fetch(`${url}/jupyter/api/me`, {headers})).json(), {token: 'token a', xsrf: 'b'})
})

test('a kernel is spoken to by WebSocket', async t => {
  const kernel = await scriptedService(capitals)
  t.teardown(() => kernel.close())
  const urls = [`http://127.0.0.1:${kernel.port}`]
  const {port} = await served(t, {definition: 'jupyter/1.0', role: 'JUPYTER', urls})
  const client = await rawClient(port)
  t.teardown(() => client.socket.destroy())
  const lines = ['GET /gateway/t/jupyter/api/kernels/1/channels?session_id=2 HTTP/1.1', 'Host: gw.test', ...OFFER]
  await client.send(`${lines.join('\r\n')}\r\n\r\n`)
  await handshake(client)
  await client.send(frame('execute'))
  await client.until('EXECUTE')
  t.pass()
})
