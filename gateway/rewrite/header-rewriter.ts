import type {Headers} from '../http/headers.js'
import type {HeaderChoice} from './header-filter.js'
import {rewriteUrls} from './header-value.js'
import type {RewriteError} from './rewrite-error.js'
import type {RewriteContext} from './rewrite-function.js'
import {rewriteValue, type ValuePlace} from './rewrite-value.js'
import type {RunRule} from './run-rule.js'

/** Told of a header that stays as it came although a rule is there for it. */
export type RewriteFailed = (error: RewriteError, header: string) => void

/** Rewrites headers; the same list when nothing changes. A value that its rule cannot rewrite stays as it came, and `failed` is told. */
export type RewriteHeaders = (headers: Headers, context: RewriteContext, failed: RewriteFailed) => Headers

/** Rewrites those headers that are chosen. */
export function headerRewriter(choose: HeaderChoice, run: RunRule): RewriteHeaders {
  function rewritten(header: string, value: string, context: RewriteContext, failed: RewriteFailed): string {
    const treatment = choose(header)
    if (treatment === 'leave') {
      context.trace?.({kind: 'left', name: header, value})
      return value
    }
    const place: ValuePlace = {run, part: 'header', name: header}
    return rewriteUrls(header, value, treatment.rule !== undefined, url =>
      rewriteValue(place, url, treatment, context, error => failed(error, header)),
    )
  }
  return (headers, context, failed) => {
    let changed: string[] | undefined
    for (let at = 0; at + 1 < headers.length; at += 2) {
      const before = headers[at + 1] ?? ''
      const after = rewritten(headers[at] ?? '', before, context, failed)
      if (after === before) continue
      changed ??= [...headers]
      changed[at + 1] = after
    }
    return changed ?? headers
  }
}
