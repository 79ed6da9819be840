import {textBody} from '../../http/body.js'
import type {GatewayResponse} from '../../pipeline/exchange.js'

/** 403 in the form that clients of Hadoop read. Source: Hadoop, `HttpExceptionUtils.createServletExceptionResponse`. */
export function remoteException(message: string): GatewayResponse {
  const text = JSON.stringify({
    RemoteException: {
      message: `org.apache.hadoop.security.authorize.AuthorizationException: ${message}`,
      exception: 'AuthorizationException',
      javaClassName: 'org.apache.knox.gateway.util.AuthorizationException',
    },
  })
  const headers = ['Content-Type', 'application/json', 'Content-Length', String(Buffer.byteLength(text))]
  return {status: 403, headers, body: textBody(text), own: true}
}
