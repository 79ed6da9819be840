import {isUtf8} from 'node:buffer'
import {XmlFault} from './xml-fault.js'

const MARK = '\uFEFF'
const lenient = new TextDecoder('utf-8')

/** The text of a file without its byte order mark. Throws XmlFault for what is not UTF-8, at the first such byte. */
export function decodeUtf8(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw faultIn(bytes)
  // unlike a TextDecoder's, the text of a file that is ASCII takes a byte for each character
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
  return text.startsWith(MARK) ? text.slice(1) : text
}

function faultIn(bytes: Uint8Array): XmlFault {
  const [first, second] = bytes
  if ((first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe))
    return new XmlFault('xml-encoding', 0, 'the file is UTF-16; save it as UTF-8')
  const end = soundLength(bytes)
  const offset = lenient.decode(bytes.subarray(0, end)).length
  const byte = bytes[end]?.toString(16).padStart(2, '0')
  return new XmlFault('xml-encoding', offset, `the byte 0x${byte} is not UTF-8 here; save the file as UTF-8`)
}

/** How many bytes stand before the first that differs once it was read and written again. */
function soundLength(bytes: Uint8Array): number {
  const again = new TextEncoder().encode(new TextDecoder('utf-8', {ignoreBOM: true}).decode(bytes))
  return bytes.findIndex((byte, i) => byte !== again[i])
}

/** Text before a fault in the bytes, as far as it can be read: for line and column of the fault. */
export function decodeLeniently(bytes: Uint8Array): string {
  return lenient.decode(bytes)
}
