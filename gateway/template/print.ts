import type {Piece, QueryPiece, Template} from './template.js'

/**
 * A template as text: white space and braces as Knox prints them, `{q}` in a query in its long form
 * `q={q}`, double slashes folded. Differs from Knox in a fragment that is a param: Knox prints `null`.
 * Source: Knox, `Template.toString`.
 */
export function printTemplate(template: Template): string {
  return printAddress(template) + printPath(template) + printQuery(template) + printFragment(template)
}

function printAddress({scheme, hasAuthority, isAuthorityOnly, username, password, host, port}: Template): string {
  const before = scheme ? `${printPiece(scheme)}:` : ''
  if (!hasAuthority) return before
  const secret = password ? `:${printPiece(password)}` : ''
  const user = username || password ? `${username ? printPiece(username) : ''}${secret}@` : ''
  const address = `${host ? printPiece(host) : ''}${port ? `:${printPiece(port)}` : ''}`
  return `${before}${isAuthorityOnly ? '' : '//'}${user}${address}`
}

function printPath({path, isAbsolute, isDirectory}: Template): string {
  const end = isDirectory && (!isAbsolute || path.length > 0) ? '/' : ''
  return `${isAbsolute ? '/' : ''}${path.map(printPiece).join('/')}${end}`
}

function printPiece({param, original, effective}: Piece): string {
  if (param === '') return original ?? ''
  return original ? `{${param}=${effective}}` : `{${param}}`
}

function printQuery({hasQuery, query, extra}: Template): string {
  if (!hasQuery) return ''
  const pieces = extra ? [...query, extra] : query
  return `?${pieces.flatMap(printQueryPiece).join('&')}`
}

function printQueryPiece({name, param, patterns}: QueryPiece): readonly string[] {
  const isRest = name === '*' || name === '**'
  return patterns.map(({original}) => {
    const pattern = original === undefined ? '' : `=${original}`
    if (param === '') return `${name}${pattern}`
    return `${isRest ? '' : `${name}=`}{${param}${pattern}}`
  })
}

function printFragment({hasFragment, fragment}: Template): string {
  if (!hasFragment) return ''
  return `#${fragment ? printPiece(fragment) : ''}`
}
