/** What stands for a group of a pattern. */
export interface LookupOptions {
  /** Names in lower case. */
  readonly lookup: ReadonlyMap<string, string>
  /** Whether a group that is not in the table stands for itself, not for nothing. */
  readonly original: boolean
}

/**
 * Makes a name of another: `{1}` in the template is a group of the pattern, `{[1]}` what the table has for it. A name that
 * does not fit becomes the template as it stands. Source: Knox, `RegexTemplate`.
 */
export function regexTemplate(input: RegExp, template: string, {lookup, original}: LookupOptions) {
  return (name: string): string => {
    const found = input.exec(name)
    if (found === null) return template
    return template.replace(/\{(\[?)(\d+)\]?\}/g, (_, indirect: string, index: string) => {
      const group = found[Number(index)] ?? ''
      return indirect === '' ? group : (lookup.get(group.toLowerCase()) ?? (original ? group : ''))
    })
  }
}

/** A pattern in the common part of Java's and JavaScript's regular expressions. Throws RangeError for one that is none. */
export function readPattern(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u')
  } catch (error) {
    throw new RangeError(`"${pattern}" is no pattern: ${error instanceof Error ? error.message : error}`)
  }
}
