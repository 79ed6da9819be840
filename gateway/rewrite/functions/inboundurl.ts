import type {RewriteFunction} from '../rewrite-function.js'

/**
 * `{$inboundurl[name]}`, on the way out: the values that the client's request had for that query
 * parameter, decoded. None on the way in, and when the request had no such parameter.
 * Source: Knox, `InboundUrlFunctionProcessor`.
 */
export const inboundurl: RewriteFunction = {
  name: 'inboundurl',
  evaluate(args, {inboundQuery}, {direction}) {
    const name = args[0]
    if (direction === 'in' || name === undefined || inboundQuery === undefined) return []
    return new URLSearchParams(inboundQuery).getAll(name)
  },
}
