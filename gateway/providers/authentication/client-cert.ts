import {oneOf} from '../../common/params.js'
import {identified} from '../../pipeline/principal.js'
import {defineProvider} from '../../pipeline/provider.js'
import {notAdmitted} from '../refusal.js'

/** Whom the certificate of the client names, which TLS has checked. Source: Knox, `ClientCertFilter`. */
export const clientCert = defineProvider({
  role: 'authentication',
  name: 'ClientCert',
  doc: 'The user whom the certificate of the client names; `gateway.client.auth.needed` or `gateway.client.auth.wanted` asks clients for one.',
  params: {
    'client.cert.principal.attribute.name': oneOf('The whole name (RFC 4514), or its common name.', 'DN', ['DN', 'CN']),
  },
  create(options) {
    const attribute = options['client.cert.principal.attribute.name']
    return [
      {
        name: 'ClientCert',
        enter(exchange) {
          const subject = exchange.certificateSubject?.()
          if (subject === undefined) throw notAdmitted('no certificate that is trusted')
          return identified(exchange, {name: attribute === 'DN' ? nameOf(subject) : commonNameOf(subject), groups: []})
        },
      },
    ]
  },
})

/** The parts of a name from the most to the least specific (RFC 4514 §2.1). */
const nameOf = (subject: string) => subject.split('\n').reverse().join(',')

/** Of two common names nobody knows which one counts. */
function commonNameOf(subject: string): string {
  const [name, ...more] = subject.split('\n').flatMap(part => /^CN=(.+)$/.exec(part)?.[1] ?? [])
  if (name === undefined || more.length > 0) throw notAdmitted('the certificate has not one common name')
  return name
}
