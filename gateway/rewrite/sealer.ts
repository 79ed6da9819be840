/** Hides text in addresses that go to clients, and knows when it comes back whether somebody touched it. */
export interface Sealer {
  /** In letters, digits, `-` and `_`; each time another. */
  seal(text: string): string
  /** Throws TamperedError for what was not sealed here, for the same topology. */
  open(sealed: string): string
}

/** A sealed text is not as it was sealed: only a client can have made it. */
export class TamperedError extends RangeError {
  override readonly name = 'TamperedError'

  constructor() {
    super('what was encrypted is not as the gateway made it')
  }
}
