import {type Sealer, TamperedError} from '../../rewrite/sealer.js'
import type {KeyFor} from '../../secrets/own-key.js'
import {seal, unseal} from '../../secrets/seal.js'

/**
 * What the rules of a home's topologies encrypt with: AES-256-GCM under a key of the home's own. What is sealed for one topology
 * does not open in another. Throws SecretsError.
 */
export function rewriteSealers(keyFor: KeyFor): (topology: string) => Sealer {
  return topology => ({
    seal: text => seal(text, keyFor('rewriting'), topology),
    open(sealed) {
      const text = unseal(sealed, keyFor('rewriting'), topology)
      if (text === undefined) throw new TamperedError()
      return text
    },
  })
}
