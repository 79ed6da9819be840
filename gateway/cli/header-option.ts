import {validateHeaderName, validateHeaderValue} from 'node:http'
import {InvalidArgumentError, Option} from 'commander'
import type {Headers} from '../http/headers.js'

/** `-H 'Name: value'`, any number of times: header fields. */
export function headerOption(): Option {
  return new Option('-H, --header <field>', '"Name: value", may be repeated')
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
