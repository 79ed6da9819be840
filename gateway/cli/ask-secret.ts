import {createInterface} from 'node:readline/promises'
import {Writable} from 'node:stream'
import {text} from 'node:stream/consumers'

/** The first line of standard input; from a terminal it is asked for, and not shown. Undefined: there is none. */
export async function askSecret(prompt: string): Promise<string | undefined> {
  const {stdin, stderr} = process
  if (stdin.isTTY) stderr.write(`${prompt}: `)
  const unseen = new Writable({write: (_chunk, _encoding, written) => written()})
  const lines = createInterface({input: stdin, output: unseen, terminal: stdin.isTTY === true})
  const line = await new Promise<string | undefined>(resolve => {
    lines.once('line', resolve)
    lines.once('close', () => resolve(undefined))
  })
  lines.close()
  if (stdin.isTTY) stderr.write('\n')
  return line === '' ? undefined : line
}

/** As `askSecret`, but all lines of what is no terminal, since keys have several; without the line ends after the last. */
export async function askSecretText(prompt: string): Promise<string | undefined> {
  if (process.stdin.isTTY) return askSecret(prompt)
  return (await text(process.stdin)).replace(/[\r\n]+$/, '') || undefined
}
