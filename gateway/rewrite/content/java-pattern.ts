/** Classes of characters that V8 has not (`java.util.regex.Pattern`, "POSIX character classes"). */
const CLASSES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    Lower: 'a-z',
    Upper: 'A-Z',
    Alpha: 'A-Za-z',
    Digit: '0-9',
    Alnum: '0-9A-Za-z',
    Punct: '!-/:-@\\[-`{-~',
    Graph: '!-~',
    Print: ' -~',
    Blank: ' \\t',
    Cntrl: '\\0-\\x1f\\x7f',
    XDigit: '0-9A-Fa-f',
    Space: '\\s',
    ASCII: '\\0-\\x7f',
  }),
)

const ANCHORS: ReadonlyMap<string, string> = new Map(Object.entries({'\\A': '^', '\\z': '$', '\\Z': '$'}))

const TOKEN = /\\[pP]\{(\w+)\}|\\.|\[|\]|&&/gs

/**
 * An expression of Java as V8 reads it: quoted text, POSIX classes, anchors. Throws RangeError for what V8 would read as
 * something else: classes within classes, `&&` in them, classes of Unicode, `\h`, `\R`, `\G`, `\X`.
 */
export function fromJava(text: string): string {
  const plain = text.replace(/\\Q(.*?)(?:\\E|$)/gs, (_, quoted: string) => escaped(quoted))
  let isClass = false
  return plain.replace(TOKEN, (token, name?: string) => {
    if (token === ']') isClass = false
    else if (token === '[' && !isClass) isClass = true
    else if ((isClass && (token === '[' || token === '&&')) || /^\\[hHRGX]/.test(token)) throw unknown(text, token)
    else if (name !== undefined) return classOf(text, token, name, isClass)
    return isClass ? token : (ANCHORS.get(token) ?? token)
  })
}

function classOf(text: string, token: string, name: string, isClass: boolean): string {
  const chars = CLASSES.get(name)
  const isNot = token.startsWith('\\P')
  if (chars === undefined || (isClass && isNot)) throw unknown(text, token)
  return isClass ? chars : `[${isNot ? '^' : ''}${chars}]`
}

const unknown = (text: string, token: string) =>
  new RangeError(`${text} is no regular expression here: ${token} is known to Java alone`)

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
