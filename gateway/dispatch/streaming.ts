import type {DispatchPlan} from '../pipeline/dispatch-plan.js'
import type {Exchange} from '../pipeline/exchange.js'

/** The methods that an SSE dispatch streams; others are ordinary requests. Source: Knox, `SSEDispatch`. */
export const STREAMING: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH'])

/** Whether a request is to be answered by a stream. */
export const isStreaming = ({kind}: DispatchPlan, {request}: Exchange): boolean =>
  kind === 'sse' && STREAMING.has(request.method)
