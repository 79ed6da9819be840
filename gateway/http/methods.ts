const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'])

/** Whether doing it twice is as doing it once (RFC 9110 §9.2.2); of methods that are not named there nothing is known. */
export const isIdempotent = (method: string): boolean => IDEMPOTENT.has(method)
