import type {Editor} from './editor.js'

/** The charset that the beginning of a body names; empty: none. Undefined: more must come. */
export type DeclaredCharset = (start: string) => string | undefined

/** Bytes in which it is looked for (WHATWG HTML §13.2.3.2). */
const START = 1024

const BYTE_ORDER_MARK = '\xef\xbb\xbf'

/** What makes an editor once the body has said what it is written in, or that it does not; until then its beginning is held. */
export function whenDeclared(declared: DeclaredCharset, make: (charset: string) => Editor): Editor {
  let start = ''
  let editor: Editor | undefined
  function begun(charset: string): Editor {
    const made = make(charset)
    editor = made
    return made
  }
  return {
    push(text) {
      if (editor) return editor.push(text)
      start += text
      const charset = start.startsWith(BYTE_ORDER_MARK) ? 'utf-8' : declared(start.slice(0, START))
      return charset === undefined ? '' : begun(charset).push(start)
    },
    end() {
      if (editor) return editor.end()
      const made = begun('')
      return made.push(start) + made.end()
    },
  }
}

const XML = '<?xml'
const ENCODING = /\sencoding\s*=\s*["']([\w.:-]+)/

/** In the declaration of an XML document (XML §4.3.3). */
export const declaredInXml: DeclaredCharset = start => {
  if (!start.startsWith(XML)) return XML.startsWith(start) ? undefined : ''
  const end = start.indexOf('?>')
  if (end < 0 && start.length < START) return undefined
  return ENCODING.exec(start.slice(0, end))?.[1] ?? ''
}

/** What may stand before the body of a page, and what of that has only begun. */
const HEAD =
  /\s+|<!--(?:-?>|.*?-->)|<!(?!--)[^>]*>|<(script|style|title|noscript|template)\b[^>]*>.*?<\/\1[^>]*>|<\/?(?:html|head|meta|link|base)\b[^>]*>/isy
const BEGUN = /^<(?:[^>]*$|!--|(?:script|style|title|noscript|template)\b)/i
const META = /^<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([\w.:-]+)/i

/** In a `<meta>` of a page's head (WHATWG HTML §13.2.3.2). */
export const declaredInHtml: DeclaredCharset = start => {
  let at = 0
  for (;;) {
    HEAD.lastIndex = at
    const [part] = HEAD.exec(start) ?? []
    if (part === undefined) break
    const charset = META.exec(part)?.[1]
    if (charset !== undefined) return charset
    at += part.length
  }
  const isOver = start.length === START || (at < start.length && !BEGUN.test(start.slice(at)))
  return isOver ? '' : undefined
}
