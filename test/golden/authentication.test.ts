import test from 'ava'
import {directory} from '../helpers/directory.js'
import {type AuthCase, agreesWithKnox, type Meant, type Outcome} from '../helpers/golden-auth.js'

const isRefused = ({status, seen}: Outcome) => status >= 300 && status < 500 && seen.length === 0
const passed = ({backendSaw}: AuthCase) => backendSaw.length > 0
const headerOf = ({response}: AuthCase, name: string) =>
  response.headers.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value)

const failure: Meant = {
  why: 'what Knox fails on is refused',
  covers: (golden, ours) => golden.response.status === 500 && isRefused(ours),
}

const nobody: Meant = {
  why: 'nobody is no user',
  covers: (golden, ours) =>
    golden.backendSaw.some(({target}) => /[?&]user\.name(?:=|$)(?:&|$)?$/.test(target)) && isRefused(ours),
}

const doubled: Meant = {
  why: 'of two credentials none counts',
  covers: (golden, ours) => /two headers|two Authorization|then valid/.test(golden.name) && isRefused(ours),
}

const addresses: Meant = {
  why: 'ranges of addresses match, and lists may have spaces',
  covers: ({topology, response}, {status, seen}) =>
    ['apreipcidr', 'apreiplistsp'].includes(topology) && response.status === 403 && status === 200 && seen.length === 1,
}

const groupSpaces: Meant = {
  why: 'lists of groups may have spaces',
  covers: ({name}, {status, seen}) => name.startsWith('groups "g2, g1"') && status === 200 && seen.length === 1,
}

const peer: Meant = {
  why: 'X-Forwarded-For goes on with the address of the peer',
  covers: ({request, backendSaw}, {status, seen}) =>
    request.headers.some(([name]) => name === 'X-Forwarded-For') &&
    status === 200 &&
    backendSaw.length === 1 &&
    seen[0]?.includes('x-forwarded-for: 10.1.2.3,127.0.0.1,') === true,
}

const queryToken: Meant = {
  why: 'the token in the query ends here',
  covers: (golden, {status, seen}) =>
    golden.topology === 'ajwtq' &&
    golden.response.status === status &&
    passed(golden) &&
    seen[0]?.startsWith('GET /base/p?a=1&user.name=alice | ') === true,
}

const encoded: Meant = {
  why: 'originalUrl is encoded',
  covers(golden, {status, headers, seen}) {
    const [location = ''] = headerOf(golden, 'location')
    const wanted = location.replace(
      /(originalUrl=)(.*)/,
      (_, name: string, url: string) => name + encodeURIComponent(url),
    )
    return (
      status === 302 && golden.response.status === 302 && headers.includes(`location: ${wanted}`) && seen.length === 0
    )
  },
}

const script: Meant = {
  why: 'scripts are not sent to log in',
  covers: ({request}, {status, seen}) =>
    request.headers.some(([name]) => name === 'X-Requested-With') && status === 401 && seen.length === 0,
}

test('HeaderPreAuth agrees with Knox', agreesWithKnox, 'federation/HeaderPreAuth', {
  meant: [failure, nobody, doubled, addresses, groupSpaces, peer],
})

test('JWTProvider agrees with Knox', agreesWithKnox, 'federation/JWTProvider', {
  meant: [failure, nobody, doubled, queryToken],
})

test('SSOCookieProvider agrees with Knox', agreesWithKnox, 'federation/SSOCookieProvider', {
  meant: [failure, nobody, encoded, script],
})

const down: Meant = {
  why: 'a directory that is down is told as such',
  covers: ({topology}, {status, seen}) => topology === 'ashirodown' && status === 503 && seen.length === 0,
}

const injection: Meant = {
  why: 'a name is no filter',
  covers: ({name}, ours) => name.endsWith('filter injection') && ours.status === 401 && isRefused(ours),
}

const spaces: Meant = {
  why: 'names are known without the spaces around them',
  covers: ({name}, {status, seen}) =>
    name.endsWith('trailing space') && status === 200 && seen[0]?.includes('user.name=guest |') === true,
}

const inPath: Meant = {
  why: 'a session in the path is none',
  covers: ({name}, ours) => name.endsWith(';jsessionid path parameter') && ours.status === 401 && isRefused(ours),
}

const once: Meant = {
  why: 'a cookie is taken back once',
  covers: (golden, {status, headers}) =>
    status === golden.response.status &&
    headerOf(golden, 'set-cookie').filter(cookie => cookie.startsWith('rememberMe')).length === 2 &&
    headers.filter(field => field.startsWith('set-cookie: rememberMe=deleteMe')).length === 1,
}

const dots: Meant = {
  why: 'what has dot segments is never open',
  covers: ({name, response}, ours) => name.endsWith('dotdot') && response.status === 400 && isRefused(ours),
}

const doubledBasic: Meant = {
  ...doubled,
  covers: (golden, ours) => golden.name.includes('two Authorization') && ours.status === 401 && isRefused(ours),
}

test('ShiroProvider agrees with Knox', async t => {
  const users = await directory(t)
  if (users === undefined) return
  await agreesWithKnox(t, 'authentication/ShiroProvider', {
    here: text =>
      text.replaceAll('ldap://127.0.0.1:33389', users.url).replaceAll('ldap://127.0.0.1:33999', 'ldap://127.0.0.1:1'),
    meant: [failure, down, injection, spaces, inPath, once, dots, doubledBasic],
  })
})
