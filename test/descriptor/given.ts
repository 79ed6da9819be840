import type {Problems} from '../../gateway/common/problem.js'
import {printProblem, problems} from '../../gateway/common/problem.js'
import {parseXml} from '../../gateway/xml/parse-xml.js'
import type {XmlElement} from '../../gateway/xml/xml-element.js'

/** Reads an XML text by a reader; what it gives, and what is told without the file's name. */
export function read<D>(
  reader: (file: string, root: XmlElement, problems: Problems) => D,
  text: string,
  file = 'conf/t.xml',
) {
  const told = problems()
  const root = parseXml(file, new TextEncoder().encode(text), told)
  const descriptor = root && reader(file, root, told)
  return {descriptor, faulty: told.faulty, told: told.all.map(problem => printProblem(problem).slice(file.length + 1))}
}
