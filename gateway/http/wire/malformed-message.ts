/** A message that is not HTTP/1.1, or that can be understood in more than one way. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage'
}
