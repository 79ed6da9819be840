import {constants} from 'node:crypto'
import {getCiphers} from 'node:tls'

/** A cipher suite by its two names. */
interface Suite {
  /** As OpenSSL names it. */
  readonly name: string
  /** As IANA and Java do. */
  readonly standard: string
}

const TLS12 = /^(?:(ECDHE|DHE)-(RSA|ECDSA)-)?(AES\d{3}(?:-GCM)?|CHACHA20)-(POLY1305|SHA\d*)$/

/** The name by IANA; undefined: a suite that nobody should speak, or that needs more than a certificate. */
function standardName(name: string): string | undefined {
  if (name.startsWith('TLS_')) return name.includes('CCM') ? undefined : name
  const [, exchange, signature, cipher = '', hash = ''] = TLS12.exec(name) ?? []
  if (cipher === '') return undefined
  const keys = exchange === undefined ? 'RSA' : `${exchange}_${signature}`
  const mode = cipher.endsWith('GCM') || cipher === 'CHACHA20' ? '' : '_CBC'
  const sealed = cipher.replace(/^AES(\d+)/, 'AES_$1').replace('-', '_')
  return `TLS_${keys}_WITH_${sealed}${mode}_${hash === 'POLY1305' ? 'POLY1305_SHA256' : hash}`
}

const suites = (names: readonly string[]): readonly Suite[] =>
  names.flatMap(name => {
    const standard = standardName(name)
    return standard === undefined ? [] : [{name, standard}]
  })

const usual = () => suites(constants.defaultCoreCipherList.split(':'))

const all = () => suites(getCiphers().map(name => name.toUpperCase()))

/**
 * The suites to speak, between colons, for `tls.createSecureContext`; undefined: Node's own choice. Names are
 * expressions over the names of IANA (as Java has them) or OpenSSL. Empty: none is left.
 * Source: Knox, `ssl.include.ciphers`, `ssl.exclude.ciphers`; Jetty, `SslContextFactory`.
 */
export function cipherList(included: readonly string[], excluded: readonly string[]): string | undefined {
  if (included.length + excluded.length === 0) return undefined
  const wanted = included.length === 0 ? usual() : all().filter(suite => isAmong(suite, included))
  return wanted
    .filter(suite => !isAmong(suite, excluded))
    .map(({name}) => name)
    .join(':')
}

const isAmong = ({name, standard}: Suite, patterns: readonly string[]) =>
  patterns.some(pattern => {
    const expression = new RegExp(`^(?:${pattern})$`)
    return expression.test(standard) || expression.test(name)
  })
