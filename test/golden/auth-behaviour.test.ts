import test from 'ava'
import {agreesWithKnox, type Meant} from '../helpers/golden-auth.js'

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
