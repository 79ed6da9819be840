import {join} from 'node:path'
import {type Sealer, TamperedError} from '../rewrite/sealer.js'
import {randomSecret, securityFolder} from '../secrets/master.js'
import {seal, unseal} from '../secrets/seal.js'
import {changeSecretFile, readSecretFile} from '../secrets/secret-file.js'

/** Bytes of the key. */
const KEY = 32

/**
 * What the rules of a home's topologies encrypt with: AES-256-GCM under a key of the home's own in `data/security/rewrite.key`, made when
 * it is first wanted. What is sealed for one topology does not open in another. Throws SecretsError.
 */
export function rewriteSealers(home: string): (topology: string) => Sealer {
  let key: Uint8Array | undefined
  const keyOf = () => {
    key ??= ownKey(join(securityFolder(home), 'rewrite.key'))
    return key
  }
  return topology => ({
    seal: text => Buffer.from(seal(text, keyOf(), topology), 'base64').toString('base64url'),
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url')
      const isWhole = bytes.toString('base64url') === sealed
      const text = isWhole ? unseal(bytes.toString('base64'), keyOf(), topology) : undefined
      if (text === undefined) throw new TamperedError()
      return text
    },
  })
}

function ownKey(file: string): Uint8Array {
  if (readSecretFile(file) === undefined) changeSecretFile(file, before => before ?? randomSecret(KEY))
  return Buffer.from(readSecretFile(file) ?? '', 'base64url')
}
