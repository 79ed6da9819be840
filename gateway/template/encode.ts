/**
 * Text as a name or value of a form: letters, digits and `*-._` stay, a space becomes `+`, all else is
 * percent-encoded UTF-8. Source: WHATWG URL, application/x-www-form-urlencoded; Java's `URLEncoder`, which Knox uses.
 */
export function formEncode(text: string): string {
  if (/^[\w.*-]*$/.test(text)) return text
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '?'))
    .replace(/[!'()~]/g, mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}

/** As `formEncode`, but escapes that are there already stay as they are. */
export function encodeRest(text: string): string {
  return text
    .split(/(%[0-9A-Fa-f]{2})/)
    .map((part, at) => (at % 2 === 1 ? part : formEncode(part)))
    .join('')
}
