import {validateHeaderName, validateHeaderValue} from 'node:http'
import {InvalidArgumentError, Option} from 'commander'
import type {Headers} from '../http/headers.js'

/** `-H 'Name: value'`, any number of times: header fields. */
export const headerOption = (): Option => fieldOption('-H, --header <field>', '"Name: value"')

/** An option that takes header fields, any number of times. */
export function fieldOption(flags: string, doc: string): Option {
  return new Option(flags, `${doc}, may be repeated`)
    .argParser((field, all: Headers) => [...all, ...cutField(field)])
    .default([], 'none')
}

function cutField(field: string): Headers {
  const colon = field.indexOf(':')
  const name = field.slice(0, Math.max(colon, 0)).trim()
  const value = field.slice(colon + 1).trim()
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  } catch {
    throw new InvalidArgumentError('It must be "Name: value".')
  }
  return [name, value]
}
