import {createCipheriv, createDecipheriv, createHmac, randomBytes} from 'node:crypto'

/** Texts that clients keep for the gateway, which alone can read and make them. */
export interface Sealer {
  seal(text: string): string
  /** Undefined when it was not sealed so. */
  open(sealed: string): string | undefined
}

const NONCE = 12
const TAG = 16

/** AES-256-GCM with a key of its own for each purpose: what was sealed for one is nothing for another. */
export function sealer(secret: Uint8Array, purpose: string): Sealer {
  const key = createHmac('sha256', secret).update(purpose).digest()
  return {
    seal(text) {
      const nonce = randomBytes(NONCE)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const bytes = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, bytes, cipher.getAuthTag()]).toString('base64url')
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url')
      if (bytes.length < NONCE + TAG) return undefined
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE), {authTagLength: TAG})
      decipher.setAuthTag(bytes.subarray(-TAG))
      try {
        return Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()]).toString()
      } catch (error) {
        if (error instanceof Error) return undefined
        throw error
      }
    },
  }
}
