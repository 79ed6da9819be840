import {itemsOf, type Param, text} from '../../common/params.js'

const UNIT = 'ldap://… | ldaps://…'

/** The address of a directory. */
export function directoryUrl(doc: string): Param<string> {
  return {...text(doc, 'ldap://127.0.0.1:33389'), unit: UNIT, read: urlOf}
}

/** Addresses of one directory. */
export function directoryUrls(doc: string): Param<readonly string[]> {
  return {...text(doc), default: [], unit: `list of ${UNIT}`, read: given => itemsOf(given).map(urlOf)}
}

function urlOf(given: string): string {
  const url = given.trim()
  if (!/^ldaps?:\/\/[^/?#]+\/?$/i.test(url) || !URL.canParse(url))
    throw new RangeError(`"${given}" is no address of a directory, such as ldaps://ldap.example.org:636`)
  return url.replace(/\/$/, '')
}

/** A text with a place for the name, or for a part of it. */
export function template(doc: string, value = ''): Param<string> {
  return {
    ...text(doc, value),
    read(given) {
      if (!/\{\d+\}/.test(given)) throw new RangeError(`"${given}" has no place such as {0} for the name`)
      return given.trim()
    },
  }
}

/** A search filter (RFC 4515). Only its parentheses are looked at; the directory reads the rest. */
export function searchFilter(doc: string, value: string): Param<string> {
  return {
    ...text(doc, value),
    unit: 'filter of LDAP',
    read(given) {
      const filter = given.trim()
      if (!/^\(.*\)$/s.test(filter) || !isBalanced(filter))
        throw new RangeError(`"${given}" is no filter such as ${value}`)
      return filter
    },
  }
}

function isBalanced(filter: string): boolean {
  let open = 0
  for (const character of filter) {
    if (character === '(') open++
    if (character === ')' && --open < 0) return false
  }
  return open === 0
}
