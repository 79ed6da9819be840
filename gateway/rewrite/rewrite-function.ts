import type {Frontend} from '../common/frontend.js'
import type {Direction} from '../descriptor/rewrite-descriptor.js'
import type {HostMap} from './host-map.js'
import type {TraceStep} from './trace.js'

/** What rewriting needs to know of one exchange. */
export interface RewriteContext {
  readonly frontend: Frontend
  /** The URL in use for a service role: of the endpoint that was picked, else the role's first; undefined when the topology gives it none. */
  readonly serviceUrl: (role: string) => string | undefined
  readonly principal: string | undefined
  /** Query of the request as the client sent it, for `{$inboundurl[…]}` on the way out. */
  readonly inboundQuery: string | undefined
  /** Told each step, for `explain`. */
  readonly trace?: ((step: TraceStep) => void) | undefined
}

/** What holds for every exchange of a topology in one direction. */
export interface RewriteFacts {
  readonly direction: Direction
  readonly topology: string
  readonly gatewayName: string
  readonly hosts: HostMap
}

/**
 * `{$name[arg,arg]}` or `{$name(param)}` in a template, where the values of the param are the
 * arguments. Pure. Gives no values when it has nothing to say: whoever needed one then fails by name.
 */
export interface RewriteFunction {
  readonly name: string
  /** Its values are text, not parts of a URL. */
  readonly givesText?: boolean
  /** Why no request could make sense of arguments that a template has as text; undefined: some may. */
  fault?(args: readonly string[]): string | undefined
  /** Throws RangeError for arguments that it does not know. */
  evaluate(args: readonly string[], context: RewriteContext, facts: RewriteFacts): readonly string[]
}

/** By the name by which a template calls them. */
export type Functions = ReadonlyMap<string, RewriteFunction>

/** What a function gives, of which who listens is told. */
export function answersOf(
  called: RewriteFunction,
  args: readonly string[],
  context: RewriteContext,
  facts: RewriteFacts,
): readonly string[] {
  const values = called.evaluate(args, context, facts)
  context.trace?.({kind: 'function', name: called.name, args, values})
  return values
}
