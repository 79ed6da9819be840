/**
 * A copy of a text that lies in one piece. V8 keeps what was joined as a tree of its parts, and what was cut as a view of all that
 * it was cut from: who joins such a text to others again and again pays for each part, and who keeps it keeps the whole. A lone
 * surrogate becomes U+FFFD.
 */
export const inOnePiece = (text: string): string => Buffer.from(text).toString()
