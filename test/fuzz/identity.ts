import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import type {SigningKey} from '../helpers/token-issuer.js'
import {basic, USERS} from './credentials.js'

/** Who tells the keys of tokens (`/keys`), and whom a login by password is (`/who`). */
export class Identity {
  readonly #server: Server

  constructor({publicKey, id}: SigningKey) {
    const keys = JSON.stringify({keys: [{...publicKey.export({format: 'jwk'}), kid: id}]})
    this.#server = createServer((req, res) => {
      if (req.url === '/keys') return void res.end(keys)
      const who = USERS.find(each => req.headers.authorization === basic(each))
      res.writeHead(who === undefined ? 401 : 200, who === undefined ? {} : {'X-Knox-Actor-ID': who}).end()
    })
  }

  async start(): Promise<string> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>(resolve => this.#server.close(() => resolve()))
  }
}
