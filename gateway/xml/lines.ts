import type {SourceLocation} from '../common/problem.js'

/** Gives the line and column of an offset. Lines end as XML 1.0 §2.11 says: `\n`, `\r\n` or `\r`. */
export type Locate = (offset: number) => SourceLocation

const LINE_END = /\r\n?|\n/g

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
  LINE_END.lastIndex = 0
  while (LINE_END.test(text)) starts.push(LINE_END.lastIndex)
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
