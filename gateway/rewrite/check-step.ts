/** How `check` compares its expanded `input` with its `value`. Knox reads `check` but has no such step: there it always fails. */
const OPERATORS: ReadonlyMap<string, (input: string, value: string) => boolean> = new Map([
  ['equals', (input: string, value: string) => input === value],
  ['not-equals', (input: string, value: string) => input !== value],
])

/** Whether `check` knows the operator; case does not count. */
export function isCheckOperator(operator: string): boolean {
  return OPERATORS.has(operator.toLowerCase())
}

/** Compares. An operator that is not known holds never: such rules are refused at load. */
export function checks(operator: string, input: string, value: string): boolean {
  return OPERATORS.get(operator.toLowerCase())?.(input, value) ?? false
}
