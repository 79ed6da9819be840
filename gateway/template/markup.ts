import {TemplateSyntaxError} from './parse.js'

/**
 * Tells of the first brace in a template that has no partner; undefined when all have. `\{` and `\}`
 * do not count. `parseTemplate` takes such braces as text, which is hardly ever what was meant.
 */
export function markupFault(text: string): TemplateSyntaxError | undefined {
  const open: number[] = []
  for (const {0: brace, index} of text.matchAll(/\\[{}]|[{}]/g)) {
    if (brace === '{') open.push(index)
    else if (brace === '}' && open.pop() === undefined) return fault('closes nothing', '}', index)
  }
  const [first] = open
  return first === undefined ? undefined : fault('is not closed', '{', first)
}

function fault(what: string, brace: string, offset: number): TemplateSyntaxError {
  return new TemplateSyntaxError(`the "${brace}" at character ${offset + 1} ${what}`, offset)
}
