import {frontendAddress, frontendUrl} from '../../common/frontend.js'
import type {RewriteContext, RewriteFacts, RewriteFunction} from '../rewrite-function.js'

/**
 * `{$frontend[name]}`: a part of the address at which the client reached this topology.
 *
 * | name              | gives                                       | example                           |
 * | ----------------- | ------------------------------------------- | --------------------------------- |
 * | `url`             | the whole address; also without a name      | `https://gw:8443/gateway/sandbox` |
 * | `addr`, `address` | host and port                               | `gw:8443`                         |
 * | `scheme`          | scheme                                      | `https`                           |
 * | `host`            | host                                        | `gw`                              |
 * | `port`            | port as digits, also when it is the default | `8443`                            |
 * | `path`            | path                                        | `/gateway/sandbox`                |
 * | `topology`        | name of the topology                        | `sandbox`                         |
 * | `gateway.name`    | `gateway.path` of the settings              | `gateway`                         |
 *
 * Case and spaces around the name do not count. Throws RangeError for any other name.
 *
 * Source: Knox, `FrontendFunctionProcessor`. Differs: `url` and `addr` leave the scheme's own port out.
 */
export const frontend: RewriteFunction = {
  name: 'frontend',
  fault: args => frontendFault(args[0] ?? 'url'),
  evaluate(args, context, facts) {
    return [frontendPart(args[0] ?? 'url', context, facts)]
  },
}

type Part = (context: RewriteContext, facts: RewriteFacts) => string

const PARTS: ReadonlyMap<string, Part> = new Map<string, Part>([
  ['url', ({frontend: at}) => frontendUrl(at)],
  ['addr', ({frontend: at}) => frontendAddress(at)],
  ['address', ({frontend: at}) => frontendAddress(at)],
  ['scheme', ({frontend: at}) => at.scheme],
  ['host', ({frontend: at}) => at.host],
  ['port', ({frontend: at}) => at.port],
  ['path', ({frontend: at}) => at.path],
  ['topology', (_, facts) => facts.topology],
  ['gateway.name', (_, facts) => facts.gatewayName],
])

/** One part by its name, as in the table above. Throws RangeError for a name that is not in it. */
export function frontendPart(name: string, context: RewriteContext, facts: RewriteFacts): string {
  const part = partNamed(name)
  if (!part) throw new RangeError(frontendFault(name))
  return part(context, facts)
}

const partNamed = (name: string) => PARTS.get(name) ?? PARTS.get(name.trim().toLowerCase())

/** Why there is no part of that name; undefined: there is. */
export function frontendFault(name: string): string | undefined {
  return partNamed(name) ? undefined : `{$frontend[${name}]}: no such part, use ${[...PARTS.keys()].join(', ')}`
}
