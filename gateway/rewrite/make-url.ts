import {type Evaluate, expand, UnresolvedError} from '../template/expand.js'
import {AS_SENT} from '../template/expand-style.js'
import type {Params} from '../template/params.js'
import type {Template} from '../template/template.js'

/** Expands the template of a rule. Throws UnresolvedError and what functions throw. */
export type MakeUrl = (params: Params, evaluate: Evaluate) => string

/**
 * Prepares a template. The address that a function gives at its beginning and the path that follows are joined
 * with one slash. A part of the query whose function gives nothing is left out, where Knox prints its bare name.
 */
export function makeUrl(template: Template): MakeUrl {
  const [head, ...path] = template.path
  const {function: name, param, args = []} = head?.call ?? {}
  const isBase = name !== undefined && param === undefined && !template.hasAuthority && !template.isAbsolute
  const goesOn = path.length > 0 || template.isDirectory
  if (!isBase || !goesOn) return makeRest(template)
  const rest = makeRest({...template, path, isAbsolute: true})
  return (params, evaluate) => {
    const base = evaluate(name, args).join('/')
    if (base === '') throw new UnresolvedError(head?.param ?? name, template.text)
    return (base.endsWith('/') ? base.slice(0, -1) : base) + rest(params, evaluate)
  }
}

function makeRest(template: Template): MakeUrl {
  const asks = template.query.some(({call}) => call.function !== undefined)
  return (params, evaluate) => {
    if (!asks) return trimmed(expand(template, params, evaluate, AS_SENT))
    const {known, answered} = asked(template, params, evaluate)
    return trimmed(expand(known, params, answered, AS_SENT))
  }
}

/** The template without the parts of its query that get no value, and the answers, so that no function is asked twice. */
function asked(template: Template, params: Params, evaluate: Evaluate) {
  const answers = new Map<string, readonly string[]>()
  const answered: Evaluate = (name, args) => {
    const question = JSON.stringify([name, args])
    const values = answers.get(question) ?? evaluate(name, args)
    answers.set(question, values)
    return values
  }
  const query = template.query.filter(({call: {function: name, param, args = []}}) => {
    if (name === undefined) return true
    return answered(name, param === undefined ? args : (params.get(param) ?? [])).length > 0
  })
  return {known: {...template, query}, answered}
}

/** A template such as `…/status?{**} ` makes a query of white space. */
function trimmed(text: string): string {
  const end = text.trimEnd()
  return end.length < text.length && end.endsWith('?') ? end.slice(0, -1) : end
}
