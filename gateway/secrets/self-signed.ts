import {existsSync, writeFileSync} from 'node:fs'
import {isIP} from 'node:net'
import {hostname} from 'node:os'
import {dirname, join} from 'node:path'
import {selfSignedFile} from './identity.js'
import {changeSecretFile, readSecretFile, SecretsError} from './secret-file.js'

/** As long as browsers take one. */
const DAYS = 397

/** Certificate and key in one PEM text, for these names and for this machine. Takes some 100 ms. */
async function selfSigned(names: readonly string[]): Promise<string> {
  const {generate} = await import('selfsigned')
  const now = Date.now()
  const pem = await generate([{name: 'commonName', value: names[0] ?? ''}], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - 86_400_000),
    notAfterDate: new Date(now + DAYS * 86_400_000),
    extensions: [
      {name: 'basicConstraints', cA: true, critical: true},
      {
        name: 'subjectAltName',
        altNames: names.map(name => (isIP(name) ? {type: 7, ip: name} : {type: 2, value: name})),
      },
    ],
  })
  return `${pem.cert.trim()}\n${pem.private.trim()}\n`
}

/**
 * Makes the gateway's own certificate; gives the file. Throws SecretsError when there is one, unless forced.
 * Source: Knox, `KnoxCLI.CertCreateCommand`. Differs: an EC key (P-256), and names as a browser wants them.
 */
export async function createCertificate(home: string, host: string | undefined, force: boolean): Promise<string> {
  const file = selfSignedFile(home)
  const names = [...new Set([host ?? hostname(), 'localhost', '127.0.0.1', '::1'])]
  const pem = await selfSigned(names)
  changeSecretFile(file, before => {
    if (before !== undefined && !force) throw new SecretsError(`${file} is there already; --force replaces it`)
    return pem
  })
  return file
}

/** Writes the gateway's own certificate without its key; gives the file. Throws SecretsError when there is none. */
export function exportCertificate(home: string): string {
  const pem = readSecretFile(selfSignedFile(home))
  const [certificate] = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n/.exec(pem ?? '') ?? []
  if (certificate === undefined) throw new SecretsError('there is no certificate: bin/gateway create-cert makes one')
  const file = join(dirname(selfSignedFile(home)), 'gateway-client-trust.pem')
  writeFileSync(file, certificate)
  return file
}

/** Makes it at a first start, when nothing else is there. */
export async function ensureCertificate(home: string): Promise<void> {
  if (!existsSync(selfSignedFile(home))) await createCertificate(home, undefined, false)
}
