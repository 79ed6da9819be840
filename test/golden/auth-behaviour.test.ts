import test from 'ava'
import {agreesOverHttp, agreesWithKnox, type Meant} from '../helpers/golden-auth.js'

/** Knox fails on it; here the client is told. */
const emptyDoAs: Meant = {
  why: 'an empty doAs is 400, not 500',
  covers: ({request, response}, {status, seen}) =>
    /[?&]doAs=(?:&|$)/.test(request.target) && response.status === 500 && status === 400 && seen.length === 0,
}

/** A form says nothing of who the client is either: the bytes of the claim become `&`. */
const formClaim: Meant = {
  why: 'doAs in a form does not reach the service',
  covers: (golden, {seen}) =>
    golden.request.body.includes('doAs=bob') && seen.every(each => each.endsWith(' | &&&&&&&&&a=1')),
}

test('identity assertion agrees with Knox', agreesWithKnox, 'identity-assertion/Default', {
  meant: [emptyDoAs, formClaim],
})

/** What is not understood refuses the topology, so that its services are not there. */
const refusedAtLoad: Meant = {
  why: 'an ACL or a param that cannot be read refuses the topology',
  covers: ({response, topology}, {status, seen}) =>
    status === 404 && seen.length === 0 && (response.status === 500 || ['aaclx2', 'aaclx5'].includes(topology)),
}

const trimmed: Meant = {
  why: 'lists are trimmed',
  covers: ({topology}, {status}) => /^aacl(?:03|27)/.test(topology) && status === 200,
}

const ranges: Meant = {
  why: 'CIDR ranges match',
  covers: ({topology}, {status}) => topology.startsWith('aacl11') && status === 200,
}

const anyCase: Meant = {
  why: 'modes count in any case',
  covers: ({topology}, {status}) => topology === 'aaclx6' && status === 200,
}

const peer: Meant = {
  why: 'X-Forwarded-For is continued with the peer, not with what the client said',
  covers: (golden, {seen}) =>
    golden.name.startsWith('X-Forwarded-For') && seen.some(each => each.includes('10.0.0.1,127.0.0.1')),
}

test('AclsAuthz agrees with Knox', agreesWithKnox, 'authorization/AclsAuthz', {
  meant: [refusedAtLoad, trimmed, ranges, anyCase, peer],
  settings: {'gateway.knox.admin.groups': 'admin'},
})
test('PathAclsAuthz agrees with Knox', agreesWithKnox, 'authorization/PathAclsAuthz')
test('CompositeAuthz agrees with Knox', agreesWithKnox, 'authorization/CompositeAuthz')

/** Origins that the topology's `cors.allowOrigin` names. */
const ORIGINS: Readonly<Record<string, RegExp>> = {
  awcors2: /^http:\/\/(?:a\.test|b\.test:8080)$/,
  awcors3: /^http:\/\/(?:a\.test|b\.test:8080)$/,
  awcors4: /^https:\/\/(?:.+\.)?a\.test$/,
  awcors5: /^./,
  awcors6: /^./,
  awcors7: /^http:\/\/a\.test$/,
}

const corsHeeded: Meant = {
  why: 'params of CORS are heeded, which Knox loses',
  covers({topology, request}, {status, headers}) {
    const origin = request.headers.find(([name]) => name === 'Origin')?.[1] ?? ''
    const allowed = headers.find(header => header.startsWith('access-control-allow-origin: '))?.split(': ')[1]
    if (ORIGINS[topology] === undefined || ![200, 403, 405].includes(status)) return false
    return allowed === undefined
      ? status !== 200
      : allowed === '*' || (allowed === origin && ORIGINS[topology].test(origin))
  },
}

const ownCors: Meant = {
  why: 'CORS headers of a service give way to those of the gateway',
  covers: ({backendResponse}, {headers}) =>
    backendResponse.includes('Access-Control-Allow-Origin: *') &&
    headers.includes('access-control-allow-origin: http://a.test') &&
    !headers.some(header => header.startsWith('access-control-expose')),
}

const trace: Meant = {
  why: 'TRACE is 405',
  covers: ({request}, {status, seen}) => request.method === 'TRACE' && status === 405 && seen.length === 0,
}

const varies: Meant = {
  why: 'a refusal varies with the origin too',
  covers: ({topology, response}, {status, headers}) =>
    topology === 'awcorsauth' && response.status === status && headers.includes('vary: Origin'),
}

const securityHeaders: Meant = {
  why: 'security headers are set',
  covers: ({topology}, {headers}) => ['awsec', 'awbackhdr'].includes(topology) && headers.includes('x-my: one'),
}

const onAll: Meant = {
  why: 'headers stand on what WebAppSec itself refuses or answers',
  covers: ({topology, response}, {status, headers}) =>
    ['awall', 'iweb'].includes(topology) && response.status === status && headers.includes('x-frame-options: DENY'),
}

const comeAgain: Meant = {
  why: '429 says when to come again',
  covers: ({response}, {status, headers}) =>
    response.status === 429 && status === 429 && headers.includes('retry-after: 1'),
}

const originalUrl: Meant = {
  why: 'originalUrl is encoded',
  covers: ({topology, response}, {status, headers}) =>
    topology === 'awhdrsso' &&
    response.status === status &&
    headers.some(header => header.includes('originalUrl=http%3A%2F%2Fgw.test')),
}

test('WebAppSec agrees with Knox', agreesWithKnox, 'webappsec/WebAppSec', {
  meant: [corsHeeded, ownCors, trace, varies, securityHeaders, onAll, comeAgain, originalUrl],
})

test('topologies with providers agree with Knox', agreesOverHttp, {meant: [onAll]})
