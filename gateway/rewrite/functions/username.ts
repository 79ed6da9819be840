import type {RewriteFunction} from '../rewrite-function.js'

/**
 * `{$username}`: the user of this exchange; its argument where there is none. Source: Knox, `UsernameFunctionProcessor`.
 */
export const username: RewriteFunction = {
  name: 'username',
  givesText: true,
  evaluate(args, {principal}) {
    if (principal !== undefined) return [principal]
    return args.slice(0, 1)
  },
}
