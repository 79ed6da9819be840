/** Bytes that may wait in the process for whoever reads its standard error. */
const MOST_WAITING = 1024 * 1024

let guarded = false
let lost = 0

/**
 * Writes to standard error without ever holding the process up or ending it: what nobody reads, since the other end of
 * the pipe is gone or stuck, is lost, and how much is told when it is read again. Scope: process.
 */
export function toStandardError(text: string): void {
  const {stderr} = process
  if (!guarded) guard()
  if (stderr.writableLength > MOST_WAITING) lost += text.length
  else stderr.write(text)
}

function guard(): void {
  guarded = true
  const {stderr} = process
  stderr.on('error', () => {})
  stderr.on('drain', () => {
    if (lost > 0) stderr.write(`${lost} characters of the log were not read, and are lost\n`)
    lost = 0
  })
}
