/** What HTTP takes for white space around a value (RFC 9110 §5.6.3), and no more: `\u00a0root` is not `root`. */
export const withoutOws = (value: string) => value.replace(/^[ \t]+|[ \t]+$/g, '')

/** Groups that the value of a header names, between commas. */
export const listedGroups = (value: string): readonly string[] =>
  value
    .split(',')
    .map(withoutOws)
    .filter(group => group !== '')
