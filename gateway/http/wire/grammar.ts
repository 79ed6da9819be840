const TCHARS = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const TEXT = '[\\t\\x20-\\x7e\\x80-\\xff]*'

/** A name of a field, or of a method (RFC 9110 §5.6.2). */
export const TOKEN = new RegExp(`^${TCHARS}$`)

/** What a field may hold, as Latin-1 (RFC 9110 §5.5). */
export const FIELD_VALUE = new RegExp(`^${TEXT}$`)

/** Lines of fields. No two parts of one can match the same: that would take a hostile peer's line quadratic time. */
export const FIELD_LINES = new RegExp(`^${TCHARS}:${TEXT}(?:\\r\\n${TCHARS}:${TEXT})*$`)

/** What Content-Length may hold: no more digits than are exact in a number, no list, no sign (RFC 9112 §6.3). */
export const LENGTH = /^\d{1,15}$/

/** Whether a value of Connection says that the connection ends (RFC 9112 §9.6). */
export const CLOSES = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i
