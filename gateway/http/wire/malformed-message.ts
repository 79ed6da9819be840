/** A message that is not HTTP/1.1, or that can be understood in more than one way. */
export class MalformedMessage extends Error {
  override readonly name: string = 'MalformedMessage'
}

/** A head, or trailers, longer than is allowed. */
export class HeadTooLarge extends MalformedMessage {
  override readonly name = 'HeadTooLarge'

  constructor() {
    super('the head is too large')
  }
}
