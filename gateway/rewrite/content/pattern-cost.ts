import {readPattern} from './pattern.js'

/**
 * What an expression may cost. `backtracks`: one part can match the same text in many ways, so that a text made for it
 * would take exponential time; V8 then goes on in its other engine, in time that grows with the text (`boundPatterns`).
 * `unbounded`: that engine cannot do it, for it looks around or back.
 */
export type PatternCost = 'bounded' | 'backtracks' | 'unbounded'

/** Tells by its form; throws RangeError for what is no expression. */
export function patternCost(text: string): PatternCost {
  const {source} = readPattern(text)
  if (!repeatsRepeated(source)) return 'bounded'
  return /\(\?<?[=!]|\\[1-9]|\\k</.test(source) ? 'unbounded' : 'backtracks'
}

const TOKEN = /\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:<[^=!>]+>|<?[=!:]))?|\)|[*+?]\??|\{\d+(?:,\d*)?\}\??|./gs

interface Group {
  /** What it begins with. */
  first: string
  /** What it repeats without end at its close; empty: nothing. */
  last: string
  hasChoice: boolean
}

/** Whether a group that repeats without end ends in what does so too, and that may be what the group begins with. */
function repeatsRepeated(source: string): boolean {
  const groups: Group[] = [newGroup()]
  let before = ''
  let closed: Group | undefined
  let earlier = ''
  for (const [token] of source.matchAll(TOKEN)) {
    const group = groups.at(-1) ?? newGroup()
    if (/^([*+]|\{\d+,\})/.test(token)) {
      if (closed && closed.last !== '' && (closed.hasChoice || mayBegin(closed.last, closed.first))) return true
      group.last = before
    } else {
      if (token.startsWith('(')) groups.push(newGroup())
      else if (token === ')') closed = groups.pop()
      else if (token === '|') group.hasChoice = true
      const isOptional = /^[?{]/.test(token)
      const last = isOptional ? earlier : token === ')' ? (closed?.last ?? '') : ''
      earlier = group.last
      group.last = last
      if (group.first === '' && !token.startsWith('(')) group.first = token
      before = token === ')' ? '.' : token
    }
    if (token !== ')') closed = undefined
  }
  return false
}

const newGroup = (): Group => ({first: '', last: '', hasChoice: false})

/** Whether what is repeated may match what stands first. A class or a group may. */
function mayBegin(repeated: string, first: string): boolean {
  const char = /^\\?\W$|^\w$/.test(first) ? first.slice(-1) : undefined
  if (char === undefined) return true
  try {
    return new RegExp(`^${repeated}$`, 's').test(char)
  } catch (error) {
    if (error instanceof SyntaxError) return true
    throw error
  }
}
