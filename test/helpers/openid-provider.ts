import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import type {ExecutionContext} from 'ava'
import Provider from 'oidc-provider'

/** An OpenID provider at which one may log in under any name, until the end of the test. */
export interface OpenIdProvider {
  readonly issuer: string
  /** What it refuses and why. */
  readonly told: string[]
  stop(): Promise<void>
}

/** Starts one that knows the client `gateway` (secret `secret`), whose browsers come back to `callback`. */
export async function openIdProvider(t: ExecutionContext, callback: string, lasts = 3600): Promise<OpenIdProvider> {
  let handle: (req: IncomingMessage, res: ServerResponse) => void = () => {}
  const server: Server = createServer((req, res) => handle(req, res))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'gateway',
        client_secret: 'secret',
        redirect_uris: [callback],
        post_logout_redirect_uris: [callback],
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    claims: {openid: ['sub', 'groups']},
    conformIdTokenClaims: false,
    findAccount: (_: unknown, id: string) => ({accountId: id, claims: () => ({sub: id, groups: ['staff']})}),
    issueRefreshToken: () => Promise.resolve(true),
    pkce: {required: () => true},
    ttl: {AccessToken: lasts, IdToken: lasts, RefreshToken: 86_400, Session: 86_400, Grant: 86_400, Interaction: 600},
    cookies: {keys: ['test']},
    features: {devInteractions: {enabled: true}},
  })
  const told: string[] = []
  const tell = (...args: unknown[]) => told.push(args.map(String).join(' '))
  provider.on('authorization.error', (_, error) => tell(error, error.error_description))
  provider.on('grant.error', (_, error) => tell(error, error.error_description))
  provider.on('server_error', (_, error) => tell(error.stack))
  handle = provider.callback()
  const stop = async () => {
    server.closeAllConnections()
    await new Promise<void>(resolve => server.close(() => resolve()))
  }
  t.teardown(stop)
  return {issuer, told, stop}
}
