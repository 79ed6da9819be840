import {constants, generateKeyPairSync, type KeyObject, sign} from 'node:crypto'
import test from 'ava'
import {compactVerify, errors} from 'jose'
import {isSignedBy} from '../../../gateway/providers/federation/jws.js'
import {readToken} from '../../../gateway/providers/federation/token-claims.js'
import {Random} from '../../helpers/random.js'

interface Pair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

const rsa: Pair = generateKeyPairSync('rsa', {modulusLength: 2048})
const small: Pair = generateKeyPairSync('rsa', {modulusLength: 1024})
const pss: Pair = generateKeyPairSync('rsa-pss', {modulusLength: 2048})
const [p256, p384, p521, k256] = ['P-256', 'P-384', 'P-521', 'secp256k1'].map(
  (namedCurve): Pair => generateKeyPairSync('ec', {namedCurve}),
) as [Pair, Pair, Pair, Pair]
const ed25519: Pair = generateKeyPairSync('ed25519')
const ed448: Pair = generateKeyPairSync('ed448')
const ALL: readonly [Pair, ...Pair[]] = [rsa, small, pss, p256, p384, p521, k256, ed25519, ed448]

const P1363 = {dsaEncoding: 'ieee-p1363'} as const
const salted = (saltLength: number) => ({padding: constants.RSA_PKCS1_PSS_PADDING, saltLength})
type How = Parameters<typeof sign>[2]

/** A token of that header, signed so. */
function signed(header: object, hash: string | null, {privateKey}: Pair, how: object = {}): string {
  const text = [header, {sub: 'alice'}].map(each => Buffer.from(JSON.stringify(each)).toString('base64url')).join('.')
  return `${text}.${sign(hash, Buffer.from(text), {key: privateKey, ...how} as How).toString('base64url')}`
}

async function isGood(text: string, {publicKey}: Pair): Promise<boolean> {
  const token = readToken(text)
  return token !== undefined && isSignedBy(token, publicKey)
}

/** What another implementation says of it. */
async function isGoodForJose(text: string, {publicKey}: Pair): Promise<boolean> {
  try {
    await compactVerify(text, publicKey)
    return true
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof DOMException) return false
    throw error
  }
}

// algorithm, hash, key, how it signs
const SCHEMES: readonly (readonly [string, string | null, Pair, object])[] = [
  ['RS256', 'sha256', rsa, {}],
  ['RS384', 'sha384', rsa, {}],
  ['RS512', 'sha512', rsa, {}],
  ['PS256', 'sha256', rsa, salted(32)],
  ['PS384', 'sha384', rsa, salted(48)],
  ['PS512', 'sha512', rsa, salted(64)],
  ['ES256', 'sha256', p256, P1363],
  ['ES384', 'sha384', p384, P1363],
  ['ES512', 'sha512', p521, P1363],
  ['EdDSA', null, ed25519, {}],
]

for (const [alg, hash, pair, how] of SCHEMES)
  test(`${alg}: a signature is good, and under no other key`, async t => {
    const text = signed({alg}, hash, pair, how)
    t.true(await isGoodForJose(text, pair))
    for (const other of ALL) t.is(await isGood(text, other), other === pair)
  })

const refused = test.macro({
  async exec(t, header: object, hash: string | null, pair: Pair, how: object = {}) {
    t.false(await isGood(signed(header, hash, pair, how), pair))
  },
  title: given => `refused: ${given}`,
})

test('a signature of ECDSA in DER', refused, {alg: 'ES256'}, 'sha256', p256)
test('ES256 by a curve of another name', refused, {alg: 'ES256'}, 'sha256', k256, P1363)
test('ES256 by a longer curve', refused, {alg: 'ES256'}, 'sha256', p384, P1363)
test('a salt of another length', refused, {alg: 'PS256'}, 'sha256', rsa, salted(20))
test('PSS named PKCS #1', refused, {alg: 'RS256'}, 'sha256', rsa, salted(32))
test('PKCS #1 named PSS', refused, {alg: 'PS256'}, 'sha256', rsa)
test('another hash than the one that is named', refused, {alg: 'RS512'}, 'sha256', rsa)
test('a key of 1,024 bits', refused, {alg: 'RS256'}, 'sha256', small)
test('EdDSA by Ed448', refused, {alg: 'EdDSA'}, null, ed448)
test('a critical extension', refused, {alg: 'RS256', crit: ['b64'], b64: true}, 'sha256', rsa)
test('a payload that is not encoded', refused, {alg: 'RS256', crit: ['b64'], b64: false}, 'sha256', rsa)
test('no critical extension, but the list of them', refused, {alg: 'RS256', crit: []}, 'sha256', rsa)
test('an algorithm in another case', refused, {alg: 'rs256'}, 'sha256', rsa)
test('a name of every object', refused, {alg: 'constructor'}, 'sha256', rsa)

const NAMES: readonly [string, ...string[]] = ['none', 'HS256', ...SCHEMES.map(([alg]) => alg)]

/** Something of a token is not as it was signed, or not as its key would have it. */
function changed(text: string, random: Random): string {
  const parts = text.split('.')
  const at = random.int(0, 2)
  const part = Buffer.from(parts[at] ?? '', 'base64url')
  const swap = () => {
    if (part.length > 0) part[random.int(0, part.length - 1)] = random.int(0, 255)
    return part
  }
  const header = () => Buffer.from(JSON.stringify({alg: random.pick(NAMES)}))
  const cut = () => part.subarray(random.int(0, 1), part.length - random.int(0, 40))
  const longer = () => Buffer.concat([part, Buffer.alloc(random.int(1, 70))])
  const zeros = () => Buffer.alloc(part.length)
  parts[at] = (at === 0 ? header() : random.pick([swap, swap, cut, longer, zeros])()).toString('base64url')
  return parts.join('.')
}

test('what is good here is good for another implementation', async t => {
  const random = new Random(7)
  const texts = SCHEMES.map(([alg, hash, pair, how]) => signed({alg}, hash, pair, how))
  let good = 0
  for (let i = 0; i < 1500; i++) {
    const given = random.pick(texts as [string, ...string[]])
    const [text, pair] = [random.chance(0.1) ? given : changed(given, random), random.pick(ALL)]
    if (!(await isGood(text, pair))) continue
    good++
    t.true(await isGoodForJose(text, pair), `${i}: ${text}`)
  }
  t.true(good > 5)
})
