import {createCipheriv, createDecipheriv, randomBytes} from 'node:crypto'

/** Hides text in addresses that go to clients, and knows when it comes back whether somebody touched it. */
export interface Sealer {
  /** In letters, digits, `-` and `_`; each time another. */
  seal(text: string): string
  /** Throws TamperedError for what was not sealed here, for the same place. */
  open(sealed: string): string
}

/** A sealed text that is not as it was sealed: 400, since only a client can have made it. */
export class TamperedError extends RangeError {
  override readonly name = 'TamperedError'

  constructor() {
    super('what was encrypted is not as the gateway made it')
  }
}

const CIPHER = 'aes-256-gcm'
const IV = 12
const TAG = 16

/**
 * Seals with AES-256-GCM (NIST SP 800-38D). `keyOf`: 32 bytes, asked for when they are first wanted. `place`: what is sealed for one
 * cannot be opened for another. Source: Knox, `DefaultCryptoService.encryptForCluster`; its form of the bytes is another.
 */
export function sealer(keyOf: () => Uint8Array, place: string): Sealer {
  const bound = Buffer.from(place)
  return {
    seal(text) {
      const iv = randomBytes(IV)
      const cipher = createCipheriv(CIPHER, keyOf(), iv, {authTagLength: TAG}).setAAD(bound)
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url')
      if (bytes.length < IV + TAG || bytes.toString('base64url') !== sealed) throw new TamperedError()
      const decipher = createDecipheriv(CIPHER, keyOf(), bytes.subarray(0, IV), {authTagLength: TAG}).setAAD(bound)
      decipher.setAuthTag(bytes.subarray(IV, IV + TAG))
      try {
        return Buffer.concat([decipher.update(bytes.subarray(IV + TAG)), decipher.final()]).toString('utf8')
      } catch {
        // The only thing that can go wrong: the tag does not fit.
        throw new TamperedError()
      }
    },
  }
}
