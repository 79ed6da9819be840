import {markupFault} from '../template/markup.js'
import {parseTemplate, TemplateSyntaxError} from '../template/parse.js'
import {type FunctionUse, functionsOf} from '../template/template.js'

/** What a plan must know of a template: the functions it calls, or why it is none. */
export type TemplateFacts = {readonly functions: readonly FunctionUse[]} | {readonly fault: string}

/** Reads each text once. Scope: one home, over all its plans. */
export interface TemplateReader {
  read(text: string): TemplateFacts
}

/** A new reader, which remembers. */
export function templateReader(): TemplateReader {
  const known = new Map<string, TemplateFacts>()
  return {
    read(text) {
      const before = known.get(text)
      if (before) return before
      const facts = factsOf(text)
      known.set(text, facts)
      return facts
    },
  }
}

function factsOf(text: string): TemplateFacts {
  try {
    const functions = functionsOf(parseTemplate(text))
    const fault = markupFault(text)
    return fault ? {fault: fault.message} : {functions}
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error
    return {fault: error.message}
  }
}
