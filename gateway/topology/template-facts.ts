/** What a plan must know of a template: the functions it calls, or why it is none. */
export type TemplateFacts = {readonly functions: readonly string[]} | {readonly fault: string}

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
  const functions = [...text.matchAll(/[{<]\$([\w-]+)/g)].map(match => match[1] ?? '')
  let depth = 0
  for (const char of text) depth += char === '{' ? 1 : char === '}' ? -1 : 0
  return depth === 0 ? {functions} : {fault: 'its braces are not balanced'}
}
