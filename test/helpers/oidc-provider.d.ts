/** As much of the package as the tests use; it brings no types. */
declare module 'oidc-provider' {
  import type {IncomingMessage, ServerResponse} from 'node:http'

  // biome-ignore lint/style/noDefaultExport: the package has it
  export default class Provider {
    constructor(issuer: string, configuration: object)
    callback(): (req: IncomingMessage, res: ServerResponse) => void
    on(event: string, told: (context: unknown, error: Error & {readonly error_description?: string}) => void): void
  }
}
