/**
 * A test for text with `*` in it, each of which stands for any characters but line breaks. Linear in
 * the length of text times pattern; there is no going back. Source: Knox, `Segment.createRegex`; differs: all
 * other characters stand for themselves, where Knox hands most to the regular expression.
 */
export function wildcard(pattern: string): (text: string) => boolean {
  const parts = pattern.split('*')
  const first = parts.shift() ?? ''
  const last = parts.pop() ?? ''
  return text => {
    if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false
    if (/[\n\r\u0085\u2028\u2029]/.test(text)) return false
    return holdsInOrder(text.slice(first.length, text.length - last.length), parts)
  }
}

function holdsInOrder(text: string, parts: readonly string[]): boolean {
  let at = 0
  for (const part of parts) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return true
}
