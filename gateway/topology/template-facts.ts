import {readCall} from '../template/call.js'
import {markupFault} from '../template/markup.js'
import {parseTemplate, TemplateSyntaxError} from '../template/parse.js'

/** What a plan must know of a template: the functions it calls, or why it is none. */
export type TemplateFacts = {readonly functions: readonly FunctionCall[]} | {readonly fault: string}

/** `{$name[literal]}`; literals are those between commas, none for `{$name(param)}`. */
export interface FunctionCall {
  readonly name: string
  readonly literals: readonly string[]
}

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

/** Parsing a thousand templates takes a while; only a fragment can make it fail, and calls are easy to see. */
function factsOf(text: string): TemplateFacts {
  const fault = markupFault(text) ?? (text.includes('#') ? syntaxFault(text) : undefined)
  return fault ? {fault: fault.message} : {functions: text.includes('$') ? callsIn(text) : []}
}

function syntaxFault(text: string): TemplateSyntaxError | undefined {
  try {
    parseTemplate(text)
    return undefined
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return error
    throw error
  }
}

const CALL = /\{([^{}=]*\$[^{}=]*)|<(\$[^<>{}]*)>/g

function callsIn(text: string): readonly FunctionCall[] {
  return [...text.matchAll(CALL)].flatMap(([, braced, pointed]) => {
    const {function: name, args} = readCall(braced ?? pointed ?? '')
    return name === undefined ? [] : [{name, literals: args ?? []}]
  })
}
