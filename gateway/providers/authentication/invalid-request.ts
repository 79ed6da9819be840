import {GatewayError} from '../../common/errors.js'
import {flag, oneOf, type Values} from '../../common/params.js'

const CLASS = 'org.apache.shiro.web.filter.InvalidRequestFilter'

const refuses = (what: string) => flag(`Whether a path with ${what} is refused: 400.`, false)

/** What may be refused of a path before anybody logs in. Source: Shiro, `InvalidRequestFilter`; Knox, `ShiroConfig`. */
export const invalidRequestParams = {
  'main.invalidRequest': oneOf('What refuses paths.', CLASS, [CLASS]),
  'main.invalidRequest.blockSemicolon': refuses('`;` or `%3b`'),
  'main.invalidRequest.blockBackslash': refuses('`\\` or `%5c`'),
  'main.invalidRequest.blockNonAscii': refuses('other than printable ASCII, also in escapes,'),
  'main.invalidRequest.blockEncodedForwardSlash': refuses('`%2f`'),
}

type Options = Values<typeof invalidRequestParams>

/** Gives what throws GatewayError 400 for a path that the params refuse. */
export function pathCheck(options: Options): (path: string) => void {
  const patterns = [
    ...(options['main.invalidRequest.blockSemicolon'] ? [/;|%3b/i] : []),
    ...(options['main.invalidRequest.blockBackslash'] ? [/\\|%5c/i] : []),
    ...(options['main.invalidRequest.blockNonAscii'] ? [/[^ -~]|%(?:[0189a-f][\da-f]|7f)/i] : []),
    ...(options['main.invalidRequest.blockEncodedForwardSlash'] ? [/%2f/i] : []),
  ]
  return path => {
    if (patterns.some(pattern => pattern.test(path)))
      throw new GatewayError(400, 'path-refused', 'No such path is taken here.')
  }
}
