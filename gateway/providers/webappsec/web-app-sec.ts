import {defineProvider} from '../../pipeline/provider.js'
import {cors, corsParams} from './cors.js'
import {csrf, csrfParams} from './csrf.js'
import {rateLimit, rateLimitParams} from './rate-limit.js'
import {responseHeaderParams, responseHeaders, wrongHeaderName} from './response-headers.js'

/** Source: Knox, `WebAppSecContributor`. Differs: headers stand on every answer of the topology, also where rates and origins are refused. */
export const webAppSec = defineProvider({
  role: 'webappsec',
  name: 'WebAppSec',
  doc: 'Guards against pages of other origins, and limits rates. Its headers stand on refusals too.',
  params: {...corsParams, ...csrfParams, ...responseHeaderParams, ...rateLimitParams},
  check(options, {fault, warning}) {
    const wrong = wrongHeaderName(options)
    if (wrong !== undefined) fault(`security.header.${wrong}`, 'no header can have this name')
    if (options['cors.enabled'] && options['cors.supportsCredentials'] && options['cors.allowOrigin'].includes('*'))
      warning('cors.enabled', 'pages of any origin may act with the credentials of their users: set cors.allowOrigin')
  },
  create: (options, {clock}) => [
    ...responseHeaders(options),
    ...rateLimit(options, clock),
    ...cors(options),
    ...csrf(options),
  ],
})
