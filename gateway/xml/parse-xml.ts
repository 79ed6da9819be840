import type {Problems} from '../common/problem.js'
import {buildTree} from './build-tree.js'
import {decodeLeniently, decodeUtf8} from './decode.js'
import {locator} from './lines.js'
import {scan} from './scan.js'
import type {XmlElement} from './xml-element.js'
import {XmlFault} from './xml-fault.js'

/** How large a file may be, in bytes; Knox's largest is 40 KB. */
export const MAX_BYTES = 4 * 1024 * 1024

/**
 * The root element of an XML file; undefined when it is not well-formed, with one problem that says
 * where. Never throws, reads nothing but `bytes`, takes time in proportion to them.
 */
export function parseXml(file: string, bytes: Uint8Array, problems: Problems): XmlElement | undefined {
  if (bytes.length > MAX_BYTES) {
    problems.fault(
      'xml-limit',
      {file, line: 1, column: 1},
      `the file has ${bytes.length} bytes, more than ${MAX_BYTES}`,
    )
    return undefined
  }
  try {
    const text = decodeUtf8(bytes)
    return buildTree(scan(text), locator(file, text))
  } catch (error) {
    if (!(error instanceof XmlFault)) throw error
    problems.fault(error.code, locator(file, decodeLeniently(bytes))(error.offset), error.message)
    return undefined
  }
}
