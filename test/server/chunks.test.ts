import {once} from 'node:events'
import {get, type IncomingMessage} from 'node:http'
import test from 'ava'
import {assertNoLeaks} from '../helpers/leaks.js'
import {through} from './through.js'

assertNoLeaks(test)

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const idle = async () => {}
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`

async function open(url: string): Promise<IncomingMessage> {
  const [response] = await once(get(url, {agent: false}), 'response')
  return response
}

test('chunks of all sizes come through, each as soon as it was sent', async t => {
  const {url, service} = await through(t, idle)
  const opening = open(`${url}/t/x/a`)
  const connection = await service.connection(0)
  await connection.request()
  await connection.send(HEAD)
  const response = await opening
  let got = ''
  let look = () => {}
  response.on('data', (data: Buffer) => {
    got += data.toString('latin1')
    look()
  })
  let sent = ''
  for (const [n, size] of [1, 15, 16, 4095, 4096, 4097, 100_000, 2].entries()) {
    const text = String.fromCharCode(97 + n).repeat(size)
    sent += text
    const come = new Promise<void>(resolve => {
      look = () => got.length >= sent.length && resolve()
    })
    await connection.send(chunk(text))
    await come
  }
  await connection.send('0\r\n\r\n')
  await once(response, 'end')
  t.is(got, sent)
})

test('many small chunks wait for a client that does not read', async t => {
  const {url, service} = await through(t, idle)
  const opening = open(`${url}/t/x/a`)
  const connection = await service.connection(0)
  await connection.request()
  await connection.send(HEAD)
  const response = await opening
  const many = Buffer.from(chunk('x'.repeat(2999)).repeat(300))
  let written = 0
  // Until nothing moves any more.
  while (connection.socket.write(many)) written++
  for (let taken = -1; taken !== connection.socket.bytesWritten - connection.socket.writableLength; ) {
    taken = connection.socket.bytesWritten - connection.socket.writableLength
    await new Promise(resolve => setTimeout(resolve, 100))
    if (connection.socket.writableLength === 0) while (connection.socket.write(many)) written++
  }
  connection.socket.write('0\r\n\r\n')
  t.true(connection.socket.writableLength > 0)
  let bytes = 0
  response.on('data', (data: Buffer) => {
    bytes += data.length
  })
  await once(response, 'end')
  t.true(bytes >= (written + 1) * 300 * 2999)
  t.is(bytes % (300 * 2999), 0)
})
