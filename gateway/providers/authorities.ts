import {X509Certificate} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {isAbsolute} from 'node:path'
import {type Param, text} from '../common/params.js'

/** A PEM file of the authorities that a server is trusted by, known to be there and to hold a certificate; empty: those of the system. */
export function authorities(doc: string): Param<string> {
  return {
    ...text(doc),
    unit: 'path',
    read(given) {
      const file = given.trim()
      if (file !== '' && !isAbsolute(file)) throw new RangeError(`"${file}" is no whole path`)
      if (file !== '') checkCertificate(file)
      return file
    },
  }
}

function checkCertificate(file: string): void {
  try {
    new X509Certificate(readFileSync(file))
  } catch (error) {
    // of the file system, or of OpenSSL
    if (error instanceof Error && 'code' in error) throw new RangeError(`no certificate can be read: ${error.message}`)
    throw error
  }
}
