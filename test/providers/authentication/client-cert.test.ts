import {once} from 'node:events'
import {connect} from 'node:http2'
import {request} from 'node:https'
import test from 'ava'
import {generate} from 'selfsigned'
import type {Exchange} from '../../../gateway/pipeline/exchange.js'
import type {ProviderParts} from '../../../gateway/pipeline/provider.js'
import {clientCert} from '../../../gateway/providers/authentication/client-cert.js'
import {guardedHome, provider} from '../../helpers/guarded.js'
import {site, startGateway} from '../../helpers/home.js'

const names = test.macro({
  exec(t, attribute: string, subject: string | undefined, expected: string | undefined) {
    const [filter] = clientCert.create({'client.cert.principal.attribute.name': attribute}, {} as ProviderParts)
    const exchange = {certificateSubject: () => subject, notes: {}} as unknown as Exchange
    if (expected === undefined) t.throws(() => filter?.enter?.(exchange), {message: 'You may not come in here.'})
    else t.is((filter?.enter?.(exchange) as Exchange | undefined)?.principal?.name, expected)
  },
  title: (_, attribute, subject, expected) => `${attribute} of ${JSON.stringify(subject)} is ${expected ?? 'refused'}`,
})

// param, what the certificate says, user
test(names, 'DN', 'C=US\nO=Example\nCN=alice', 'CN=alice,O=Example,C=US')
test(names, 'CN', 'C=US\nO=Example\nCN=alice', 'alice')
test(names, 'CN', 'O=Example', undefined)
test(names, 'CN', 'CN=alice\nCN=root', undefined)
test(names, 'DN', undefined, undefined)

/** A self-signed certificate of that name, and its key. */
async function credentials(name: string) {
  const extensions = [{name: 'basicConstraints', cA: true}] as const
  const {cert, private: key} = await generate([{name: 'commonName', value: name}], {
    keyType: 'ec',
    extensions: [...extensions],
  })
  return {cert, key}
}

test('over TLS only a certificate that is trusted says who it is', async t => {
  const [own, alice, stranger] = [await credentials('gw.test'), await credentials('alice'), await credentials('alice')]
  const home = guardedHome(provider('authentication', 'ClientCert'), 'http://127.0.0.1:1')
  const {port, accesses, gateway} = await startGateway(t, {
    ...home,
    'conf/gateway-site.xml': site({
      'gateway.tls.certificate': 'conf/own.crt',
      'gateway.tls.key': 'conf/own.key',
      'gateway.client.auth.wanted': 'true',
      'gateway.truststore.path': 'conf/trust.pem',
    }),
    'conf/own.crt': own.cert,
    'conf/own.key': own.key,
    'conf/trust.pem': alice.cert,
  })
  const status = (client: object) =>
    new Promise<number>((resolve, reject) => {
      const options = {
        port,
        host: '127.0.0.1',
        path: '/gateway/t/x/p',
        rejectUnauthorized: false,
        agent: false,
        ...client,
      }
      request(options, res => {
        res.resume()
        resolve(res.statusCode ?? 0)
      })
        .on('error', reject)
        .end()
    })
  t.deepEqual([await status({}), await status(stranger), await status(alice)], [403, 403, 502])
  const byHttp2 = async (client: object) => {
    const session = connect(`https://127.0.0.1:${port}`, {rejectUnauthorized: false, ...client})
    const [fields] = await once(session.request({':path': '/gateway/t/x/p'}).resume(), 'response')
    session.close()
    return Number(fields[':status'])
  }
  t.deepEqual([await byHttp2({}), await byHttp2(stranger), await byHttp2(alice)], [403, 403, 502])
  await gateway.close()
  t.deepEqual(
    accesses.map(({user}) => user),
    ['', '', 'CN=alice', '', '', 'CN=alice'],
  )
})
