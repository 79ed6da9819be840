import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import type {ExecutionContext} from 'ava'
import Provider from 'oidc-provider'
import {type SigningKey, signingKey} from './token-issuer.js'

/** An OpenID provider at which one may log in under any name, until the end of the test. */
export interface OpenIdProvider {
  readonly issuer: string
  /** What it refuses and why. */
  readonly told: string[]
  /** From now on these are its keys, and it signs with the first. */
  publish(...keys: readonly SigningKey[]): void
  /** A token of its own for the client `gateway`, as RFC 9068 has it. */
  token(): Promise<string>
  stop(): Promise<void>
}

/** Starts one that knows the client `gateway` (secret `secret`), whose browsers come back to `callback`. */
export async function openIdProvider(t: ExecutionContext, callback: string, lasts = 3600): Promise<OpenIdProvider> {
  let handle: (req: IncomingMessage, res: ServerResponse) => void = () => {}
  const server: Server = createServer((req, res) => handle(req, res))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const told: string[] = []
  const tell = (...args: unknown[]) => told.push(args.map(String).join(' '))
  const publish = (...keys: readonly SigningKey[]) => {
    const provider = new Provider(issuer, {...configuration(callback, lasts), jwks: {keys: keys.map(jwk)}})
    provider.on('authorization.error', (_, error) => tell(error, error.error_description))
    provider.on('grant.error', (_, error) => tell(error, error.error_description))
    provider.on('server_error', (_, error) => tell(error.stack))
    handle = provider.callback()
  }
  publish(signingKey('first'))
  const stop = async () => {
    server.closeAllConnections()
    await new Promise<void>(resolve => server.close(() => resolve()))
  }
  t.teardown(stop)
  return {issuer, told, publish, token: () => tokenFrom(`${issuer}/token`), stop}
}

const jwk = ({id, privateKey}: SigningKey) => ({
  ...privateKey.export({format: 'jwk'}),
  kid: id,
  use: 'sig',
  alg: 'RS256',
})

async function tokenFrom(url: string): Promise<string> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {authorization: `Basic ${Buffer.from('gateway:secret').toString('base64')}`},
    body: new URLSearchParams({grant_type: 'client_credentials'}),
  })
  const {access_token: token} = (await answer.json()) as {access_token: string}
  return token
}

/** What stands in its tokens as the one whom they are for. */
const RESOURCE = 'urn:services'

const configuration = (callback: string, lasts: number) => ({
  clients: [
    {
      client_id: 'gateway',
      client_secret: 'secret',
      redirect_uris: [callback],
      post_logout_redirect_uris: [callback],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    },
  ],
  claims: {openid: ['sub', 'groups']},
  conformIdTokenClaims: false,
  findAccount: (_: unknown, id: string) => ({accountId: id, claims: () => ({sub: id, groups: ['staff']})}),
  issueRefreshToken: () => Promise.resolve(true),
  rotateRefreshToken: true,
  pkce: {required: () => true},
  ttl: {AccessToken: lasts, IdToken: lasts, RefreshToken: 86_400, Session: 86_400, Grant: 86_400, Interaction: 600},
  cookies: {keys: ['test']},
  features: {
    devInteractions: {enabled: true},
    clientCredentials: {enabled: true},
    resourceIndicators: {
      enabled: true,
      defaultResource: () => RESOURCE,
      useGrantedResource: () => false,
      getResourceServerInfo: () => ({scope: '', accessTokenFormat: 'jwt', jwt: {sign: {alg: 'RS256'}}}),
    },
  },
})
