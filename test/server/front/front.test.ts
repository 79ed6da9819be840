import {connect} from 'node:net'
import test from 'ava'
import {testCredentials} from '../../helpers/credentials.js'
import {assertNoLeaks} from '../../helpers/leaks.js'
import {capitals, OFFER} from '../../helpers/web-socket.js'
import {answering, ask, through, whole} from '../through.js'

assertNoLeaks(test)

/** Long beyond the test. */
const settings = {'gateway.request.header.timeout': '10m'}
const tls = {'gateway.tls.certificate': 'conf/gw.crt', 'gateway.tls.key': 'conf/gw.key'}
const files = {'conf/gw.crt': testCredentials.cert, 'conf/gw.key': testCredentials.key}

const brokenOff = test.macro({
  async exec(t, sent: string, answer: string, secure = false) {
    const {gateway, client, port} = await through(t, capitals, {settings: {...settings, ...(secure ? tls : {})}, files})
    const open = await client()
    await open.send(sent)
    await open.until(answer)
    // Accepted after it: so it was accepted.
    const later = connect(port, '127.0.0.1')
    later.end()
    await new Promise(resolve => later.resume().on('close', resolve))
    await gateway.close()
    await open.closed
    t.is(open.received.slice(0, answer.length), answer)
  },
  title: (title = '') => `a gateway that is closed breaks off a connection that ${title}`,
})

test('has not said anything', brokenOff, '', '')
test('has said half of what HTTP/2 begins with', brokenOff, 'PRI * HT', '')
test('has said half of a request', brokenOff, 'GET /gateway/t/x/a HT', '')
test('is a WebSocket', brokenOff, ask('/socket', OFFER), 'HTTP/1.1 101')
test('has not begun to speak TLS', brokenOff, '', '', true)

test('what a client said while the process was held up is read before it counts as silent', async t => {
  const {client} = await through(t, answering([], whole('ok')), {settings: {'gateway.request.header.timeout': '300ms'}})
  const late = await client()
  late.socket.write(ask('/a'))
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
  t.is((await late.response()).body, 'ok')
})
