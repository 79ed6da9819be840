import {createServer, type RequestListener} from 'node:http'
import type {AddressInfo} from 'node:net'
import test, {type ExecutionContext} from 'ava'
import {ask} from '../../gateway/providers/outgoing.js'

const QUESTION = {limit: 100, timeout: 60_000}

async function provider(t: ExecutionContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

test('a connection that its server closes when it is taken again is no failure', async t => {
  const asked: number[] = []
  const url = await provider(t, ({socket}, res) => {
    const port = socket.remotePort ?? 0
    if (asked.includes(port)) socket.resetAndDestroy()
    else res.end('whole')
    asked.push(port)
  })
  for (let i = 0; i < 3; i++) t.is((await ask(url, QUESTION)).text, 'whole')
  t.is(asked.length, 5, 'two were reset')
})

test('what has a body is sent once, and on a connection of its own', async t => {
  const asked: number[] = []
  const url = await provider(t, ({socket}, res) => {
    asked.push(socket.remotePort ?? 0)
    res.end('whole')
  })
  for (let i = 0; i < 3; i++) t.is((await ask(url, {...QUESTION, method: 'POST', body: 'x'})).text, 'whole')
  t.is(new Set(asked).size, 3)
})

test('a connection that is reset at once is a failure, and so is an answer that is torn or late', async t => {
  const reset = await provider(t, ({socket}) => socket.resetAndDestroy())
  await t.throwsAsync(ask(reset, QUESTION), {message: /socket hang up|ECONNRESET/})
  const torn = await provider(t, ({socket}, res) => {
    res.writeHead(200, {'Content-Length': 10}).write('half', () => socket.resetAndDestroy())
  })
  await t.throwsAsync(ask(torn, QUESTION))
  const late = await provider(t, (_, res) => void res.writeHead(200).write('half'))
  await t.throwsAsync(ask(late, {...QUESTION, timeout: 50}))
})
