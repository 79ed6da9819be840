import {fromJava} from './java-pattern.js'

/**
 * A regular expression as Knox's files write it (Java), for bytes as an editor has them. Throws RangeError for one that
 * is none here. `(?i)` is read at its beginning.
 */
export function readPattern(text: string): RegExp {
  const [lead = ''] = /^\(\?[ims]+\)/.exec(text) ?? []
  const plain = fromJava(text.slice(lead.length))
  const flags = lead.slice(2, -1)
  try {
    return new RegExp(Buffer.from(plain).toString('latin1'), `g${flags}`)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new RangeError(`${text} is no regular expression: ${error.message}`)
  }
}

/** One that holds for a text only as a whole. */
export function wholePattern(text: string): RegExp {
  const {source, flags} = readPattern(text)
  return new RegExp(`^(?:${source})$`, flags.replace('g', ''))
}

/**
 * The longest piece of text that stands in every find of an expression; empty: none is known. Where it is
 * not, the expression need not be tried, which for one such as `.*\.js` costs the square of a line's length.
 */
export function literalOf({source, flags}: RegExp): string {
  if (flags.includes('i')) return ''
  let [longest, run, depth] = ['', '', 0]
  const end = () => {
    if (run.length > longest.length) longest = run
    run = ''
  }
  for (const [token] of source.matchAll(/\\.|\[(?:\\.|[^\]\\])*\]|[*+?]|\{\d[^}]*\}|./gs)) {
    if (token === '(') depth++
    else if (token === ')') depth--
    else if (token === '|' && depth === 0) return ''
    const literal = depth > 0 ? undefined : literalIn(token)
    if (/^(?:[*?]|\{\d)/.test(token)) run = run.slice(0, -1)
    if (literal === undefined) end()
    else run += literal
  }
  end()
  return longest
}

/** `\d` and its like stand for more than themselves. */
function literalIn(token: string): string | undefined {
  if (/^\\\W$/.test(token)) return token.slice(1)
  return token.length > 1 || /[()[\]{}|*+?^$.]/.test(token) ? undefined : token
}
