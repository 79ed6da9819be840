import type {RewriteFunction} from '../rewrite-function.js'

/**
 * `{$serviceUrl[ROLE]}`: the URL of the role that is in use now, as the topology names it. A role
 * without a URL in this topology gives none. Source: Knox, `ServiceUrlFunctionProcessor`.
 */
export const serviceUrl: RewriteFunction = {
  name: 'serviceUrl',
  evaluate(args, {serviceUrl: urlOf}) {
    return args.length === 1 ? listOf(urlOf(args[0] ?? '')) : args.flatMap(role => listOf(urlOf(role)))
  },
}

const listOf = (url: string | undefined) => (url === undefined ? [] : [url])
