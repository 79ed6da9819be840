import type {SourceLocation} from '../common/problem.js'

/** Gives the line and column of an offset. Lines end as XML 1.0 §2.11 says: `\n`, `\r\n` or `\r`. */
export type Locate = (offset: number) => SourceLocation

const LF = 0x0a
const CR = 0x0d

/** Reads the line ends of a text once. */
export function locator(file: string, text: string): Locate {
  const starts = lineStarts(text)
  return offset => {
    const line = lineOf(starts, offset)
    return {file, line, column: offset - (starts[line - 1] ?? 0) + 1}
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === LF || (code === CR && text.charCodeAt(at + 1) !== LF)) starts.push(at + 1)
  }
  return starts
}

/** How many lines begin at or before the offset. */
function lineOf(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  return low
}
