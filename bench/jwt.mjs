// What a check of a token costs beside its signature alone, and once it is remembered. µs of CPU; RS256, 2,048 bits.
import {generateKeyPairSync, sign, verify} from 'node:crypto'
import {createServer} from 'node:http'
import {systemClock} from '../build/gateway/common/clock.js'
import {TokenCheck} from '../build/gateway/providers/federation/token-check.js'

const COUNT = 500
const {privateKey, publicKey} = generateKeyPairSync('rsa', {modulusLength: 2048})
const part = value => Buffer.from(JSON.stringify(value)).toString('base64url')
const tokens = Array.from({length: COUNT}, (_, i) => {
  const signed = `${part({alg: 'RS256', typ: 'JWT'})}.${part({sub: `user${i}`, iss: 'KNOXSSO', exp: 4_102_444_800})}`
  return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`
})

const pem = publicKey.export({type: 'spki', format: 'pem'}).toString()
const rules = {
  pem,
  urls: [],
  algorithms: ['RS256'],
  types: ['jwt'],
  issuers: ['KNOXSSO'],
  audiences: [],
  principalClaim: '',
  groupsClaim: '',
  skew: 0,
  remembered: COUNT,
}
const signatureAlone = token => {
  const dot = token.lastIndexOf('.')
  const [signed, signature] = [Buffer.from(token.slice(0, dot)), Buffer.from(token.slice(dot + 1), 'base64url')]
  return new Promise(resolve => verify('sha256', signed, publicKey, signature, resolve))
}

const keys = JSON.stringify({keys: [publicKey.export({format: 'jwk'})]})
const server = createServer((_, response) => response.end(keys))
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
const ofUrl = {...rules, pem: '', urls: [`http://127.0.0.1:${server.address().port}`]}

async function measured(work) {
  const began = process.cpuUsage()
  for (const token of tokens) await work(token)
  const {user, system} = process.cpuUsage(began)
  return (user + system) / COUNT
}

const newCheck = (how = rules) => {
  const check = new TokenCheck(how, systemClock, {info() {}, warn() {}, error() {}})
  return token => check.principal(token)
}

/** In turns, so that what else runs on the machine hits all alike; the best round counts. */
const works = {
  signature: signatureAlone,
  check: newCheck({...rules, remembered: 0}),
  'check, key of a URL': newCheck({...ofUrl, remembered: 0}),
  remembered: newCheck(),
}
const best = {}
for (let i = 0; i < 30; i++)
  for (const [name, work] of Object.entries(works))
    best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, await measured(work))
server.close()
for (const [name, us] of Object.entries(best))
  console.log(`${name.padEnd(20)} ${us.toFixed(2)} µs  ${(us / best.signature).toFixed(2)} ×`)
