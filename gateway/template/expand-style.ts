import {encodeRest, formEncode} from './encode.js'
import type {ParamOrigin} from './params.js'

/** How values of a URL come out when a template is expanded. */
export interface ExpandStyle {
  /** A value that goes into a query. */
  readonly query: (value: string, origin: ParamOrigin) => string
  /** A value that goes into a path or another part of the address. */
  readonly path: (value: string, origin: ParamOrigin) => string
  /**
   * What `{**}` carries over from a query stays byte for byte, and a path that the last segment of a template
   * carries over keeps the slash at its end. Parts of a query without name and value are left out.
   */
  readonly keepsForm: boolean
}

/** Form-encodes whatever goes into a query, also what was encoded already. Source: Knox, `Expander`. */
export const AS_KNOX: ExpandStyle = {query: formEncode, path: value => value, keepsForm: false}

/**
 * What only passes through stays as it came, what is made is encoded once: values of a query go into a query
 * as they were sent; of a path only what means something else there is encoded; all others are form-encoded. In a path
 * a question mark of a query's value is encoded, for it would end the path.
 */
export const AS_SENT: ExpandStyle = {
  query(value, origin) {
    if (origin === 'query') return value
    return origin === 'path' ? encodeRest(value) : formEncode(value)
  },
  path: (value, origin) => (origin === 'query' && value.includes('?') ? value.replaceAll('?', '%3F') : value),
  keepsForm: true,
}
