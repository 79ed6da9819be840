import {once} from 'node:events'
import {get, type IncomingMessage} from 'node:http'
import test from 'ava'
import {assertNoLeaks} from '../helpers/leaks.js'
import {standstill} from '../helpers/standstill.js'
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
  const {socket} = connection
  let written = 0
  const write = () => {
    do written++
    while (socket.write(many))
  }
  socket.on('drain', write)
  write()
  await standstill(() => socket.bytesWritten - socket.writableLength)
  socket.off('drain', write).write('0\r\n\r\n')
  t.true(socket.writableLength > 0)
  let bytes = 0
  response.on('data', (data: Buffer) => {
    bytes += data.length
  })
  await once(response, 'end')
  t.is(bytes, written * 300 * 2999)
})
