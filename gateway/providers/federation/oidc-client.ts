import type {Configuration, TokenEndpointResponse, TokenEndpointResponseHelpers} from 'openid-client'
import {ask} from '../outgoing.js'
import {notAuthenticated, unavailable} from '../refusal.js'

/** What an OpenID provider is told, and how it is found. */
export interface OidcRules {
  /** Its configuration (OpenID Connect Discovery §4), or its issuer. */
  readonly discovery: string
  readonly id: string
  /** Empty: a public client. */
  readonly secret: string
  readonly scope: string
  /** Where browsers come back to; whole. */
  readonly callback: string
  /** Algorithm of ID tokens; empty: what the provider says of this client, else RS256. */
  readonly algorithm: string
  /** Seconds that its clock may differ from ours. */
  readonly skew: number
  /** What a browser is sent to it with, besides. */
  readonly custom: Readonly<Record<string, string>>
}

/** What a browser keeps while its user logs in. */
export interface Attempt {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** What a login or a refresh led to. */
export interface Login {
  readonly claims: Readonly<Record<string, unknown>>
  /** Seconds. */
  readonly lasts: number
  readonly refreshToken: string | undefined
  readonly idToken: string | undefined
}

const TIMEOUT = 5000
const MOST_BYTES = 256 * 1024
/** Seconds of a login whose provider does not say how long it lasts. */
const LASTS = 3600

/** Loaded when a topology first needs it. */
const library = () => import('openid-client')

/** One client of one OpenID provider. Scope: a topology. */
export class OidcClient {
  readonly #rules: OidcRules
  #configuration: Promise<Configuration> | undefined

  constructor(rules: OidcRules) {
    this.#rules = rules
  }

  /** A new attempt, and where it begins (OpenID Connect Core §3.1.2.1, RFC 7636 §4.3). */
  async begin(): Promise<{readonly attempt: Attempt; readonly url: string}> {
    const {randomState, randomNonce, randomPKCECodeVerifier, calculatePKCECodeChallenge, buildAuthorizationUrl} =
      await library()
    const attempt = {state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier()}
    const url = buildAuthorizationUrl(await this.#config(), {
      ...this.#rules.custom,
      redirect_uri: this.#rules.callback,
      scope: this.#rules.scope,
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: await calculatePKCECodeChallenge(attempt.verifier),
      code_challenge_method: 'S256',
    })
    return {attempt, url: url.href}
  }

  /** Ends an attempt with what the browser brought back. Throws GatewayError 401, 503. */
  finish({state, nonce, verifier}: Attempt, query: string): Promise<Login> {
    return this.#granted(async config => {
      const {authorizationCodeGrant} = await library()
      const current = new URL(this.#rules.callback)
      current.search = query
      const checks = {expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true}
      return authorizationCodeGrant(config, current, checks)
    })
  }

  /** Throws GatewayError 401 when the provider no longer knows the user, 503 when it does not answer. */
  refresh(token: string): Promise<Login> {
    return this.#granted(async config => (await library()).refreshTokenGrant(config, token))
  }

  /** Where a browser ends the session at the provider; undefined: nowhere. */
  async endUrl(idToken: string | undefined, back: string): Promise<string | undefined> {
    const config = await this.#config()
    if (config.serverMetadata().end_session_endpoint === undefined) return undefined
    const {buildEndSessionUrl} = await library()
    const hint = idToken === undefined ? {} : {id_token_hint: idToken}
    return buildEndSessionUrl(config, {post_logout_redirect_uri: back, ...hint}).href
  }

  async #granted(
    grant: (config: Configuration) => Promise<TokenEndpointResponse & TokenEndpointResponseHelpers>,
  ): Promise<Login> {
    const config = await this.#config()
    try {
      const tokens = await grant(config)
      const {refresh_token: refreshToken, id_token: idToken} = tokens
      return {claims: tokens.claims() ?? {}, lasts: tokens.expiresIn() ?? LASTS, refreshToken, idToken}
    } catch (error) {
      throw isRefusal(error) ? notAuthenticated(`the OpenID provider: ${String(error)}`) : unavailable(error)
    }
  }

  /** The provider is asked for its configuration once, and again after a failure. */
  #config(): Promise<Configuration> {
    this.#configuration ??= discovered(this.#rules).catch((error: unknown) => {
      this.#configuration = undefined
      throw unavailable(error)
    })
    return this.#configuration
  }
}

/** Whether an answer came that says no, or is not to be believed; all else is a provider that does not answer. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error.name === 'ClientError')
    return 'code' in error && /^OAUTH_(?:INVALID_RESPONSE|JWT_)/.test(String(error.code))
  const failed = 'status' in error && Number(error.status) >= 500
  return /^(?:AuthorizationResponse|ResponseBody)Error$/.test(error.name) && !failed
}

async function discovered({discovery, id, secret, algorithm, callback, skew}: OidcRules): Promise<Configuration> {
  const {
    allowInsecureRequests,
    clockTolerance,
    customFetch,
    discovery: discover,
    enableNonRepudiationChecks,
    None,
  } = await library()
  const metadata = algorithm === '' ? {} : {id_token_signed_response_alg: algorithm}
  // Cleartext only when the operator names such an address.
  const execute = [enableNonRepudiationChecks, ...(discovery.startsWith('http:') ? [allowInsecureRequests] : [])]
  const options = {
    execute,
    timeout: TIMEOUT / 1000,
    [customFetch]: (url: string, given: FetchOptions) => fetched(url, given, callback),
  }
  return discover(
    new URL(discovery),
    id,
    {...metadata, [clockTolerance]: skew, ...(secret !== '' && {client_secret: secret})},
    secret === '' ? None() : undefined,
    options,
  )
}

interface FetchOptions {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

/**
 * As the library wants it, with the bounds that hold for all identity providers. It leaves the query out of the address
 * that browsers came back to, which must be the one that they were sent with (RFC 6749 §4.1.3).
 */
async function fetched(url: string, {method, headers, body}: FetchOptions, callback: string): Promise<Response> {
  if (body instanceof URLSearchParams && body.has('redirect_uri')) body.set('redirect_uri', callback)
  const sent = body === undefined || body === null ? undefined : String(body)
  const fields = Object.entries(headers).flat()
  const answered = await ask(url, {
    method,
    headers: fields,
    limit: MOST_BYTES,
    timeout: TIMEOUT,
    ...(sent !== undefined && {body: sent}),
  })
  const pairs = answered.headers.flatMap((name, i) =>
    i % 2 === 0 ? [[name, answered.headers[i + 1] ?? ''] as [string, string]] : [],
  )
  return new Response(answered.text, {status: answered.status, headers: pairs})
}
