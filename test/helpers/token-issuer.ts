import {createHmac, generateKeyPairSync, type KeyObject, sign} from 'node:crypto'
import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import type {ExecutionContext} from 'ava'

/** A key that signs tokens. */
export interface SigningKey {
  readonly id: string
  readonly publicPem: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

/** A new RSA key. */
export function signingKey(id: string): SigningKey {
  const {privateKey, publicKey} = generateKeyPairSync('rsa', {modulusLength: 2048})
  return {id, privateKey, publicKey, publicPem: publicKey.export({type: 'spki', format: 'pem'}).toString()}
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token that is good but for what is changed: RS256, of KNOXSSO, for alice, valid until 2100. */
export function token(key: SigningKey, claims: object = {}, header: object = {}): string {
  const head = part({alg: 'RS256', typ: 'JWT', kid: key.id, ...header})
  const signed = `${head}.${part({sub: 'alice', iss: 'KNOXSSO', exp: 4_102_444_800, ...claims})}`
  return `${signed}.${sign('sha256', Buffer.from(signed), key.privateKey).toString('base64url')}`
}

/** A token whose text was signed with a shared secret. */
export function hmacToken(secret: string, header: object = {}): string {
  const signed = `${part({alg: 'HS256', ...header})}.${part({sub: 'alice', iss: 'KNOXSSO', exp: 4_102_444_800})}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

/** Gives keys at a URL, until the end of the test. */
export interface KeyServer {
  readonly url: string
  /** How often it was asked. */
  asked: number
  keys: readonly SigningKey[]
  /** What it answers instead of its keys. */
  instead: {readonly status: number; readonly body: string} | undefined
  /** Ends it, and what is open; begins again at the same port. */
  stop(): Promise<void>
  start(): Promise<void>
}

export async function keyServer(t: ExecutionContext, ...keys: readonly SigningKey[]): Promise<KeyServer> {
  let server: Server | undefined
  let port = 0
  const made: {-readonly [K in keyof KeyServer]: KeyServer[K]} = {
    url: '',
    asked: 0,
    keys,
    instead: undefined,
    start: () =>
      new Promise(resolve => {
        server = createServer((_req, res) => {
          made.asked++
          const set = {keys: made.keys.map(({id, publicKey}) => ({...publicKey.export({format: 'jwk'}), kid: id}))}
          const {status, body} = made.instead ?? {status: 200, body: JSON.stringify(set)}
          res.writeHead(status).end(body)
        }).listen(port, '127.0.0.1', resolve)
      }),
    async stop() {
      server?.closeAllConnections()
      await new Promise<void>(resolve => (server ? server.close(() => resolve()) : resolve()))
    },
  }
  await made.start()
  port = (server as unknown as Server).address() ? ((server as unknown as Server).address() as AddressInfo).port : 0
  made.url = `http://127.0.0.1:${port}/jwks`
  t.teardown(() => made.stop())
  return made
}
