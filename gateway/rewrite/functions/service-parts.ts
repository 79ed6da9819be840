import {remember} from '../../common/remember.js'
import {authorityOf, cutUrl, type RequestUrl} from '../../common/request-url.js'
import type {RewriteContext, RewriteFacts, RewriteFunction} from '../rewrite-function.js'

/** What a function makes of the URL of a service. */
type Part = (url: RequestUrl, facts: RewriteFacts) => string

/** A function of roles; each role gives one value. A role without a URL in this topology gives none. */
function ofService(name: string, part: Part): RewriteFunction {
  return {
    name,
    evaluate(args, context, facts) {
      const values: string[] = []
      for (const role of args) {
        const url = cutServiceUrl(role, context)
        if (url !== undefined) values.push(part(url, facts))
      }
      return values
    },
  }
}

/** Topologies name few URLs. */
const cutOnce = remember(cutUrl, 1000)

function cutServiceUrl(role: string, context: RewriteContext): RequestUrl | undefined {
  const text = context.serviceUrl(role)
  return text === undefined ? undefined : cutOnce(text)
}

const mapped = (url: RequestUrl, {hosts, direction}: RewriteFacts) => hosts.resolve(url.host, direction)

/** `{$serviceAddr[ROLE]}`: `host:port`, or the host alone. Source: Knox, `ServiceAddressFunctionProcessor`. */
export const serviceAddr = ofService('serviceAddr', authorityOf)

/** `{$serviceScheme[ROLE]}`. Source: Knox, `ServiceSchemeFunctionProcessor`. */
export const serviceScheme = ofService('serviceScheme', url => url.scheme)

/** `{$serviceHost[ROLE]}`. Source: Knox, `ServiceHostFunctionProcessor`. */
export const serviceHost = ofService('serviceHost', url => url.host)

/**
 * `{$servicePort[ROLE]}`. Source: Knox, `ServicePortFunctionProcessor`. Differs: where the URL names
 * no port Knox gives the role, we give the scheme's own port.
 */
export const servicePort = ofService('servicePort', ({scheme, port}) => {
  if (port !== '') return port
  return scheme === 'https' || scheme === 'wss' ? '443' : '80'
})

/** `{$servicePath[ROLE]}`: `/` when the URL has none, else without a slash at its end. Source: Knox, `ServicePathFunctionProcessor`. */
export const servicePath = ofService('servicePath', ({path}) => path.replace(/\/+$/, '') || '/')

/** `{$serviceMappedHost[ROLE]}`: the host, as the host map names it. Source: Knox, `ServiceMappedHostFunctionProcessor`. */
export const serviceMappedHost = ofService('serviceMappedHost', mapped)

/** `{$serviceMappedAddr[ROLE]}`: as `serviceAddr`, with the host map. Source: Knox, `ServiceMappedAddressFunctionProcessor`. */
export const serviceMappedAddr = ofService('serviceMappedAddr', (url, facts) =>
  authorityOf({...url, host: mapped(url, facts)}),
)

/** `{$serviceMappedUrl[ROLE]}`: as `serviceUrl`, with the host map. Source: Knox, `ServiceMappedUrlFunctionProcessor`. */
export const serviceMappedUrl = ofService('serviceMappedUrl', (url, facts) => {
  const query = url.query === undefined ? '' : `?${url.query}`
  return `${url.scheme}://${authorityOf({...url, host: mapped(url, facts)})}${url.path}${query}`
})
