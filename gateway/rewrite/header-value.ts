/** Rewrites one URL; undefined: it stays. */
export type RewriteUrl = (url: string) => string | undefined

/**
 * Rewrites the URLs in a header's value and leaves the rest as it came: `Link` (RFC 8288 §3) holds them in
 * angle brackets, `Refresh` (HTML, "shared declarative refresh steps") after a number. Any other value is a
 * URL as a whole; one with white space in it is none. `name` is in lower case.
 */
export function rewriteUrls(name: string, value: string, rewrite: RewriteUrl): string {
  if (name === 'link') return value.replace(/<([^<>]*)>/g, (_, url: string) => `<${rewrite(url) ?? url}>`)
  if (name === 'refresh') return rewriteRefresh(value, rewrite)
  return /\s/.test(value) ? value : (rewrite(value) ?? value)
}

const REFRESH = /^(\s*[\d.]+\s*[;,\s]\s*(?:url\s*=\s*)?["']?)([^"'\s][^"']*?)(["']?\s*)$/i

function rewriteRefresh(value: string, rewrite: RewriteUrl): string {
  const [whole, before = '', url = '', after = ''] = REFRESH.exec(value) ?? []
  return whole === undefined ? value : `${before}${rewrite(url) ?? url}${after}`
}
