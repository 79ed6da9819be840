/**
 * Header fields, flat: name, value, name, value …, as sent, repeated ones repeated (RFC 9110 §5).
 * Never a plain object, which would lose order, case and repetition.
 */
export type Headers = readonly string[]
