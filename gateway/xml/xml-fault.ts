import type {ProblemCode} from '../common/problem-codes.js'

/** Says that a text is not the XML we read; `offset` counts UTF-16 units from its begin. */
export class XmlFault extends Error {
  override readonly name = 'XmlFault'
  readonly code: ProblemCode
  readonly offset: number

  constructor(code: ProblemCode, offset: number, message: string) {
    super(message)
    this.code = code
    this.offset = offset
  }
}

/** To throw when the text is not well-formed. */
export function malformed(offset: number, message: string): XmlFault {
  return new XmlFault('xml-malformed', offset, message)
}

/** Some text of the file in a message: short, on one line. */
export function shown(text: string): string {
  const [line = ''] = text.slice(0, 41).split(/[\r\n]/, 1)
  return JSON.stringify(line.length > 40 ? `${line.slice(0, 40)}…` : line)
}
