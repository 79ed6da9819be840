import test from 'ava'
import {guarded, provider} from '../../helpers/guarded.js'
import {OFFER} from '../../helpers/web-socket.js'

const fieldsOf = (lines: readonly string[]) => lines.flatMap(line => line.split(': '))

test('a page of another origin opens no WebSocket with the cookies of its user', async t => {
  const guard = provider('webappsec', 'WebAppSec', {'cors.enabled': 'true', 'cors.allowOrigin': 'https://good.test'})
  const {ask} = await guarded(t, guard + provider('authentication', 'Anonymous'))
  const offered = async (origin: string) => ask('p', [...fieldsOf(OFFER), 'Origin', origin])
  t.deepEqual([(await offered('https://evil.test')).status, (await offered('https://evil.test')).saw], [403, undefined])
  t.is((await offered('https://good.test')).saw?.target, '/p?user.name=anonymous')
})
