import {Agent, type ClientRequest, type IncomingMessage} from 'node:http'
import {Agent as SecureAgent} from 'node:https'
import {createRequire} from 'node:module'
import {isIP, type LookupFunction} from 'node:net'
import type {ConnectionOptions} from 'node:tls'
import type HttpProxy from 'http-proxy'
import type {Clock} from '../../common/clock.js'
import {targetOf} from '../../common/request-url.js'
import {endToEnd} from '../../http/end-to-end.js'
import type {Headers} from '../../http/headers.js'
import type {ServiceRequest, UpgradeTransport, UpgradingClient} from '../../pipeline/transport.js'
import {lookupAt} from './connect.js'
import {unsendable} from './failures.js'
import {Handshake} from './handshake.js'

const require = createRequire(import.meta.url)

/** What an upgrade transport is made of. */
export interface UpgradeOptions {
  readonly clock: Clock
  /** Resolves names; undefined: as the system does. */
  readonly lookup: LookupFunction | undefined
  /** Key material and trust towards services; undefined: Node's defaults. */
  readonly tls: ConnectionOptions | undefined
}

/**
 * WebSockets by http-proxy (RFC 6455): the handshake is sent to the service, its 101 joins the two
 * sockets, if it is one to the protocol and key that were asked for. Rejects, with nothing written to the client's
 * socket, with EndpointError, or GatewayError when the client left before or the request cannot be sent.
 *
 * http-proxy ends the client's socket on errors, collapses slashes in paths, joins repeated fields
 * of other answers and leaves one side open when the other dies: there it is replaced. Scope: process.
 */
export function httpProxyUpgrade({clock, lookup, tls}: UpgradeOptions): UpgradeTransport {
  let made: HttpProxy | undefined
  const agentWith = (isSecure: boolean, found = lookup) =>
    isSecure
      ? new SecureAgent({...tls, ALPNProtocols: ['http/1.1'], ...(found && {lookup: found})})
      : new Agent({...(found && {lookup: found})})
  const cleartext = agentWith(false)
  const secure = agentWith(true)

  /** Made for the first upgrade: a gateway without one does not load http-proxy. */
  function upgrader(): HttpProxy {
    const {createProxyServer}: typeof HttpProxy = require('http-proxy')
    made ??= createProxyServer()
    return made
  }

  /** Lets http-proxy make the request; gives it before its head is sent. */
  function begin(request: ServiceRequest, {socket, head}: UpgradingClient): ClientRequest {
    const path = targetOf(request.url)
    if (request.method !== 'GET' || /[^!-\xff]/.test(path)) throw unsendable()
    const target = targetAt(request)
    const isSecure = target.protocol === 'https:'
    const shared = isSecure ? secure : cleartext
    const {address} = request
    const agent = address === undefined ? shared : agentWith(isSecure, lookupAt(address, lookup))
    const ssl = {servername: isIP(target.host) === 0 ? target.host : ''}
    const proxy = upgrader()
    const options = {target, agent, secure: tls?.rejectUnauthorized !== false, ssl, toProxy: true}
    let begun: ClientRequest | undefined
    const take = (made: ClientRequest) => {
      begun = made
      made.path = path
    }
    proxy.once('proxyReqWs', take)
    try {
      proxy.ws(asIncoming(request), socket, Buffer.from(head), options, () => socket.destroy())
    } catch (error) {
      throw unsendable(error)
    } finally {
      proxy.off('proxyReqWs', take)
    }
    if (!begun) throw unsendable()
    return begun
  }

  return {
    upgrade(request, client) {
      return new Promise((resolve, reject) => {
        new Handshake(begin(request, client), request, client.socket, clock, {resolve, reject})
      })
    },
  }
}

function targetAt({url}: ServiceRequest) {
  const secure = url.scheme === 'https' || url.scheme === 'wss'
  const host = url.host.replace(/^\[|\]$/g, '')
  return {protocol: secure ? 'https:' : 'http:', host, hostname: host, port: url.port || (secure ? '443' : '80')}
}

/** What http-proxy reads of a client's request. It looks for these two names in lower case. */
function asIncoming({headers, method}: ServiceRequest): IncomingMessage {
  const fields = grouped(endToEnd(headers))
  return {
    method,
    url: '/',
    headers: {...fields, connection: 'Upgrade', upgrade: 'websocket'},
  } as unknown as IncomingMessage
}

/** Each name, as first written, to its value or values. */
function grouped(headers: Headers): Record<string, string | string[]> {
  const names = new Map<string, string>()
  const fields: Record<string, string | string[]> = Object.create(null)
  for (let i = 0; i < headers.length; i += 2) {
    const given = headers[i] ?? ''
    const value = headers[i + 1] ?? ''
    const name = names.get(given.toLowerCase()) ?? given
    names.set(given.toLowerCase(), name)
    const before = fields[name]
    fields[name] = before === undefined ? value : [before, value].flat()
  }
  return fields
}
