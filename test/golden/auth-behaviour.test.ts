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
