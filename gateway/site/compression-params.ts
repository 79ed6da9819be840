import {flag, list, type Param, size} from '../common/params.js'

/** Media types between commas, such as `text/html`, or `text/*` for all that begin so. */
function mediaTypes(doc: string): Param<readonly string[]> {
  const items = list(doc)
  return {
    ...items,
    read(given) {
      const types = items.read(given).map(type => type.toLowerCase())
      const wrong = types.find(type => !/^[\w!#$&^.+-]+\/([\w!#$&^.+-]+|\*)$/.test(type))
      if (wrong !== undefined) throw new RangeError(`"${wrong}" is not a media type such as text/html`)
      return types
    },
  }
}

/** What is compressed for clients. Where each may stand, and which holds, is as with the params of streams. */
export const compressionParams = {
  'gzip.compress.mime.types': mediaTypes(
    'Media types of responses that are compressed, in gzip or brotli, for clients that take it; `text/*`: all that begin so. Empty: none.',
  ),
  'gzip.compress.min.size': size('Responses that are known to be shorter are not.', 1024),
  'sse.compress': flag('Event streams are compressed too, in gzip, each event as it comes.', false),
}
