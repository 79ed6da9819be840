/** A name of a field, or of a method (RFC 9110 §5.6.2). */
export const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** What a field may hold, as Latin-1 (RFC 9110 §5.5). */
export const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** What Content-Length may hold: no more digits than are exact in a number, no list, no sign (RFC 9112 §6.3). */
export const LENGTH = /^\d{1,15}$/

/** Whether a value of Connection says that the connection ends (RFC 9112 §9.6). */
export const CLOSES = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i
