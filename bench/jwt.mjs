// What a check of a token costs beside its signature alone, and once it is remembered. µs of CPU; RS256, 2,048 bits.
import {createPublicKey, generateKeyPairSync, sign, webcrypto} from 'node:crypto'
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
const key = await webcrypto.subtle.importKey(
  'jwk',
  createPublicKey(pem).export({format: 'jwk'}),
  {name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256'},
  false,
  ['verify'],
)

const signatureAlone = async token => {
  const dot = token.lastIndexOf('.')
  await webcrypto.subtle.verify(
    'RSASSA-PKCS1-v1_5',
    key,
    Buffer.from(token.slice(dot + 1), 'base64url'),
    Buffer.from(token.slice(0, dot)),
  )
}

async function measured(work) {
  const began = process.cpuUsage()
  for (const token of tokens) await work(token)
  const {user, system} = process.cpuUsage(began)
  return (user + system) / COUNT
}

const newCheck = () => {
  const check = new TokenCheck(rules, systemClock, {info() {}, warn() {}, error() {}})
  return token => check.principal(token)
}

/** In turns, so that what else runs on the machine hits all alike; the best round counts. */
const known = newCheck()
const works = {signature: () => signatureAlone, check: newCheck, remembered: () => known}
const best = {}
for (let i = 0; i < 15; i++)
  for (const [name, make] of Object.entries(works))
    best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, await measured(make()))
const told = Object.entries(best).map(([name, us]) => [name, Math.round(us * 100) / 100])
console.log(JSON.stringify({...Object.fromEntries(told), ratio: Math.round((100 * best.check) / best.signature) / 100}))
