import {printParams} from '../common/print-params.js'
import type {Provider} from './provider.js'

/** A provider's part of the manual: what it is, and its params. */
export function printProvider({role, name, doc, params}: Provider): string {
  const table = Object.keys(params).length === 0 ? 'No params.' : printParams(params)
  return `## ${role}: ${name}\n\n${doc}\n\n${table}\n`
}
