/** One part of a query as it was sent. `value` is undefined for a name without `=`; nothing is decoded. */
export interface QueryItem {
  readonly name: string
  readonly value: string | undefined
  /** Name and value as they stood. */
  readonly text: string
}

/**
 * Cuts a query as it was sent at `&` and `&amp;`; empty parts are left out. A part that begins with `{`
 * is a value without a name. Differs from Knox, which also cuts at `?` and so tears a value that is a URL apart.
 */
export function queryItems(query: string): readonly QueryItem[] {
  const items: QueryItem[] = []
  for (let start = 0; start < query.length; ) {
    const mark = query.indexOf('&', start)
    const end = mark < 0 ? query.length : mark
    if (end > start) items.push(queryItem(query.slice(start, end)))
    start = end + (query.startsWith(ESCAPED, end) ? ESCAPED.length : 1)
  }
  return items
}

function queryItem(text: string): QueryItem {
  if (text.startsWith('{')) return {name: '', value: text, text}
  const equals = text.indexOf('=')
  if (equals < 0) return {name: text, value: undefined, text}
  return {name: text.slice(0, equals), value: text.slice(equals + 1), text}
}

/** A name that no mark of a query stands in, and that stays as it is when it is form-encoded. */
export const PLAIN_NAME = /^[\w.*-]+$/

/** Where a part of that name begins, the first at or behind `from`; negative: nowhere. As `queryItems` cuts, without cutting; for plain names. */
export function partAt(query: string, name: string, from = 0): number {
  for (let at = query.indexOf(name, from); at >= 0; at = query.indexOf(name, at + 1)) {
    const next = query.charCodeAt(at + name.length)
    if ((next === EQUALS || next === AND || Number.isNaN(next)) && isBegin(query, at)) return at
  }
  return -1
}

const isBegin = (query: string, at: number) =>
  at === 0 ||
  query.charCodeAt(at - 1) === AND ||
  (at >= ESCAPED.length && query.startsWith(ESCAPED, at - ESCAPED.length))

/** As it stands in a page. */
const ESCAPED = '&amp;'

const AND = 38
const EQUALS = 61
