import test, {type ExecutionContext} from 'ava'
import {systemClock} from '../../gateway/common/clock.js'
import {explain} from '../../gateway/server/explain.js'
import {loadHome} from '../../gateway/server/files/home.js'
import {newParts} from '../../gateway/server/live/parts.js'
import {definition, temporaryHome} from '../helpers/home.js'

const provider = (role: string, name: string, params: Readonly<Record<string, string>> = {}) =>
  `<provider><role>${role}</role><name>${name}</name><enabled>true</enabled>${Object.entries(params)
    .map(([param, value]) => `<param><name>${param}</name><value>${value}</value></param>`)
    .join('')}</provider>`

async function explained(t: ExecutionContext, providers: string, headers: readonly string[], urls = [1]) {
  const home = temporaryHome(t, {
    ...definition('X', 'ha'),
    'conf/topologies/t.xml': `<topology><gateway>${provider('authentication', 'Anonymous')}${providers}</gateway>
<service><role>X</role>${urls.map(port => `<url>http://127.0.0.1:${port}</url>`).join('')}</service></topology>`,
  })
  const loaded = loadHome(home, {})
  const log = {info() {}, warn() {}, error() {}}
  const parts = newParts(loaded, {clock: systemClock, log, lookup: undefined})
  const told = await explain(loaded.plan, parts, {method: 'GET', url: '/gateway/t/x/private/a', headers})
  await parts.close()
  return told
}

/** What each filter decides, in order, and the refusal. */
const decides = test.macro({
  async exec(t, providers: string, headers: readonly string[], expected: readonly string[], refusal?: string) {
    const told = await explained(t, providers, headers)
    const own = told.filters?.filter(({filter}) => !['XForwarded', 'rewrite'].includes(filter))
    t.deepEqual(
      own?.map(({filter, decision}) => `${filter} ${decision}`),
      expected,
    )
    t.is(told.refusal && `${told.refusal.status} ${told.refusal.code}`, refusal)
  },
  title: (_, providers: string) => `explain of ${providers.replace(/<[^>]*>/g, ' ')}`,
})

const mapped = provider('identity-assertion', 'Default', {
  'principal.mapping': 'anonymous=bob',
  'group.principal.mapping': '*=g1,g2',
})
const passes = ['Anonymous passes as anonymous', 'Default passes as bob of g1, g2']
test(decides, mapped, [], passes)
test(
  decides,
  mapped + provider('authorization', 'AclsAuthz', {'x.acl': 'bob;*;*'}),
  [],
  [...passes, 'AclsAuthz passes'],
)
test(
  decides,
  mapped + provider('authorization', 'AclsAuthz', {'x.acl': 'alice;*;*'}),
  [],
  [...passes, 'AclsAuthz refuses: 403 forbidden'],
  '403 forbidden',
)
const paths = provider('authorization', 'PathAclsAuthz', {'x.path.acl': '*://*:*/private/**?**;alice;*;*'})
test(
  decides,
  mapped + paths,
  [],
  [...passes, 'PathAclsAuthz passes', 'PathAclsAuthz refuses: 403 forbidden'],
  '403 forbidden',
)
const cors = provider('webappsec', 'WebAppSec', {'cors.enabled': 'true', 'cors.allowOrigin': 'http://a.test'})
test(decides, cors, ['Origin', 'http://b.test'], ['WebAppSec CORS refuses: 403 cors-origin'], '403 cors-origin')

test('the target is at the URL that balancing gives the request', async t => {
  const byUser = provider('ha', 'HaProvider', {X: 'loadBalancing=hash;hashOn=header:X-User-ID'})
  const portOf = async (user: string, urls: number[]) => {
    const {target = ''} = await explained(t, byUser, ['X-User-ID', user], urls)
    return new URL(target).port
  }
  for (const urls of [
    [9000, 9001],
    [9001, 9000],
  ]) {
    t.is(await portOf('u1', urls), '9000')
    t.is(await portOf('u2', urls), '9001')
  }
})
