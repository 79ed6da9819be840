import type {RewriteFunction} from '../rewrite-function.js'

/**
 * `{$serviceUrl[ROLE]}`: the URL of the role that is in use now, as the topology names it. A role
 * without a URL in this topology gives none. Source: Knox, `ServiceUrlFunctionProcessor`.
 */
export const serviceUrl: RewriteFunction = {
  name: 'serviceUrl',
  evaluate(args, {serviceUrl: urlOf}) {
    const values: string[] = []
    for (const role of args) {
      const url = urlOf(role)
      if (url !== undefined) values.push(url)
    }
    return values
  },
}
