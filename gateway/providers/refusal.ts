import {GatewayError} from '../common/errors.js'
import type {Headers} from '../http/headers.js'

/** 401. Which part of what a client brought was wrong is for the log alone; `cause` never holds a secret. */
export const notAuthenticated = (cause: string, headers: Headers = []) =>
  new GatewayError(401, 'not-authenticated', 'You are not authenticated.', new Error(cause), headers)

/** 403 of an authentication that a client cannot do anything about. */
export const notAdmitted = (cause: string) =>
  new GatewayError(403, 'not-admitted', 'You may not come in here.', new Error(cause))

/** 503: what would say who the client is does not answer. Nobody is let in meanwhile. */
export const unavailable = (cause: unknown, headers: Headers = []) =>
  new GatewayError(503, 'authentication-unavailable', 'Who you are cannot be found out now.', cause, headers)
