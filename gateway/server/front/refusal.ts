import {type Failure, failureText} from '../answers.js'
import type {Serving} from '../serve.js'
import {newRequestId} from './request-id.js'
import {logRefusal} from './visit-log.js'

/** Why what came is refused without having been read as a request. */
export const NO_REQUEST: Failure = {status: 400, code: 'bad-request', message: 'The request is not HTTP/1.1.'}
export const NO_TLS: Failure = {
  status: 400,
  code: 'bad-request',
  message: 'This port speaks TLS: use an address that begins with https.',
}
export const TOO_SLOW: Failure = {status: 408, code: 'request-timeout', message: 'The request took too long.'}
export const TOO_LARGE: Failure = {
  status: 431,
  code: 'header-too-large',
  message: 'The head of the request is too large.',
}

/** The whole answer to it, the last of its connection, and its line in the log. `client`: the address. */
export function refusal(serving: Serving, client: string, failure: Failure): string {
  const id = newRequestId()
  logRefusal(serving, client, id, failure.status)
  return failureText(failure, id)
}
