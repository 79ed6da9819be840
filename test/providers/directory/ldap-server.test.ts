import {createServer, type Socket} from 'node:net'
import test, {type ExecutionContext} from 'ava'
import {type LdapAddress, LdapServer} from '../../../gateway/providers/directory/ldap-server.js'

/** Tag, length below 128, value. */
const tlv = (tag: number, ...values: readonly (readonly number[])[]) => [tag, values.flat().length, ...values.flat()]
const text = (value: string) => tlv(0x04, [...Buffer.from(value)])
const number = (value: number) => tlv(0x02, [value])

/** Messages of LDAP (RFC 4511 §4.1.1), for the ID of a question. */
const message = (id: readonly number[], ...parts: readonly (readonly number[])[]) =>
  Buffer.from(tlv(0x30, id, ...parts))
const SUCCESS = [...tlv(0x0a, [0]), ...text(''), ...text('')]
const BOUND = tlv(0x61, SUCCESS)
const ENTRY = tlv(0x64, text('c=x'), tlv(0x30))
const DONE = tlv(0x65, SUCCESS)
/** There is a page more (RFC 2696 §2). */
const MORE = tlv(0xa0, tlv(0x30, text('1.2.840.113556.1.4.319'), tlv(0x04, tlv(0x30, number(0), text('x')))))

/** Its ID as it stands, and the tag of what is asked. */
function readQuestion(bytes: Buffer): readonly [id: readonly number[], tag: number | undefined] {
  const [, length = 0] = bytes
  const at = length < 0x80 ? 2 : 2 + (length & 0x7f)
  const end = at + 2 + (bytes[at + 1] ?? 0)
  return [[...bytes.subarray(at, end)], bytes[end]]
}

/** A directory that lets everybody in, and answers a search as it likes. */
async function directory(t: ExecutionContext, search: (socket: Socket, id: readonly number[]) => void) {
  const server = createServer(socket => {
    socket.on('error', () => undefined)
    socket.on('data', (bytes: Buffer) => {
      const [id, tag] = readQuestion(bytes)
      if (tag === 0x60) socket.write(message(id, BOUND))
      if (tag === 0x63) search(socket, id)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return (more: Partial<LdapAddress> = {}) =>
    new LdapServer({
      urls: [`ldap://127.0.0.1:${port}`],
      authorities: '',
      name: 'cn=gateway',
      password: 'x',
      connectTimeout: 60_000,
      timeout: 60_000,
      ...more,
    }).search({base: 'c=x', filter: '(a=b)', scope: 'sub', attributes: []})
}

const UNAVAILABLE = {message: /cannot be found out/}

test('what a directory finds', async t => {
  const search = await directory(t, (socket, id) => {
    socket.write(Buffer.concat([message(id, ENTRY), message(id, ENTRY), message(id, DONE)]))
  })
  t.deepEqual(
    (await search()).map(({dn}) => dn),
    ['c=x', 'c=x'],
  )
})

test('an answer that is shorter than it says is none', async t => {
  const attribute = tlv(0x30, text('a'), [0x31, 9])
  const shorts = [
    tlv(0x64, text('c=x'), [0x30, 9]),
    tlv(0x64, text('c=x'), tlv(0x30, attribute)),
    [0x73, 9],
    [...DONE, 0xa0, 9],
    [...DONE, ...tlv(0xa0, [0x30, 9])],
  ]
  for (const short of shorts) {
    const search = await directory(t, (socket, id) => socket.write(message(id, short)))
    const error = await t.throwsAsync(search(), UNAVAILABLE)
    t.regex(String(error?.cause), /ends before it should/, Buffer.from(short).toString('hex'))
  }
})

test('a directory that answers without end is given up, whatever time it has', async t => {
  let sent = 0
  const search = await directory(t, (socket, id) => {
    const entries = Buffer.concat(Array.from({length: 5000}, () => message(id, ENTRY)))
    const more = () => {
      if (socket.destroyed) return
      sent += entries.length
      socket.write(entries, more)
    }
    more()
  })
  const error = await t.throwsAsync(search(), UNAVAILABLE)
  t.regex(String(error?.cause), /the directory answers without end: more than 4194304 bytes/)
  t.true(sent < 64 * 1024 ** 2, `${sent} bytes`)
})

test('a directory of which there is always a page more is given up in time', async t => {
  const search = await directory(t, (socket, id) => {
    setTimeout(() => socket.write(Buffer.concat([message(id, ENTRY), message(id, DONE, MORE)])), 5)
  })
  const error = await t.throwsAsync(search({timeout: 500, connectTimeout: 500}), UNAVAILABLE)
  // the other on a machine that is too slow for one page
  t.regex(String(error?.cause), /answers without end: more than 2500 ms|Operation timed out/)
})
