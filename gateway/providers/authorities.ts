import {X509Certificate} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {isAbsolute} from 'node:path'
import {checkedText, type Param} from '../common/params.js'

/** A PEM file of the authorities that a server is trusted by, known to be there and to hold a certificate; empty: those of the system. */
export function authorities(doc: string): Param<string> {
  return checkedText(doc, 'path', checkCertificate)
}

function checkCertificate(file: string): void {
  if (!isAbsolute(file)) throw new RangeError(`"${file}" is no whole path`)
  try {
    new X509Certificate(readFileSync(file))
  } catch (error) {
    // of the file system, or of OpenSSL
    if (error instanceof Error && 'code' in error) throw new RangeError(`no certificate can be read: ${error.message}`)
    throw error
  }
}
