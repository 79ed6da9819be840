import {isNamed} from '../http/headers.js'

/** Rewrites one URL; undefined: it stays. */
export type RewriteUrl = (url: string) => string | undefined

/**
 * Rewrites the URLs in a header's value and leaves the rest as it came: `Link` (RFC 8288 §3) holds them in
 * angle brackets, `Refresh` (HTML, "shared declarative refresh steps") after a number. Any other value is a
 * URL as a whole; one with white space in it is none. `named`: a filter names a rule for this header, which
 * then sees the whole value first.
 */
export function rewriteUrls(name: string, value: string, named: boolean, rewrite: RewriteUrl): string {
  const within = isNamed(name, 'link') ? rewriteLink : isNamed(name, 'refresh') ? rewriteRefresh : undefined
  if (within === undefined) return !named && /\s/.test(value) ? value : (rewrite(value) ?? value)
  return (named ? rewrite(value) : undefined) ?? within(value, rewrite)
}

function rewriteLink(value: string, rewrite: RewriteUrl): string {
  return value.replace(/<([^<>]*)>/g, (_, url: string) => `<${rewrite(url) ?? url}>`)
}

const REFRESH = /^(\s*[\d.]+\s*[;,\s]\s*(?:url\s*=\s*)?["']?)([^"'\s][^"']*?)(["']?\s*)$/i

function rewriteRefresh(value: string, rewrite: RewriteUrl): string {
  const [whole, before = '', url = '', after = ''] = REFRESH.exec(value) ?? []
  return whole === undefined ? value : `${before}${rewrite(url) ?? url}${after}`
}
