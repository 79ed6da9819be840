import type {RewriteFunction} from '../rewrite-function.js'

/**
 * `{$hostmap(host)}`: a host's name on the other side: inside for requests, outside for responses.
 * A host that the provider `hostmap` does not name keeps its own. Source: Knox, `HostmapFunctionProcessor`.
 */
export const hostmap: RewriteFunction = {
  name: 'hostmap',
  evaluate: (args, _, {hosts, direction}) => args.map(host => hosts.resolve(host, direction)),
}
