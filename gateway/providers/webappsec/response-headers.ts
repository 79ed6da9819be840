import {flag, headerValue, type Values} from '../../common/params.js'
import {replaced} from '../../http/headers.js'
import {TOKEN} from '../../http/wire/grammar.js'
import type {Filter} from '../../pipeline/filter.js'

/** Headers that guard web applications; each has a switch. Source: Knox, `WebAppSecContributor`; RFC 6797, RFC 7034. */
export const responseHeaderParams = {
  'xframe.options.enabled': flag('Whether X-Frame-Options is set.', false),
  'xframe-options.enabled': flag('The same, as some files that Knox ships have it.', false),
  'xframe.options': headerValue('Its value.', 'DENY'),
  'xframe.options.value': headerValue('The same, as Knox’s guide has it.'),
  'xcontent-type.options.enabled': flag('Whether X-Content-Type-Options is set.', false),
  'xcontent-type.options': headerValue('Its value.', 'nosniff'),
  'xss.protection.enabled': flag('Whether X-XSS-Protection is set.', false),
  'xss.protection': headerValue('Its value.', '1;mode=block'),
  'strict.transport.enabled': flag('Whether Strict-Transport-Security is set.', false),
  'strict.transport': headerValue('Its value.', 'max-age=31536000'),
  'security.header.enabled': flag('Whether the headers of the next row are set.', false),
  'security.header..enabled': flag('The same, as Knox’s code has it.', false),
  'security.header.{name}': headerValue(
    'Value of the header of that name, as `security.header.Content-Security-Policy`.',
  ),
}

type Options = Values<typeof responseHeaderParams>

/** The header whose name is none; undefined: all are right. */
export const wrongHeaderName = (options: Options): string | undefined =>
  options['security.header.{name}'].find(({name}) => !TOKEN.test(name))?.name

/** Sets the headers on every answer, refusals too; what the service sent under these names is replaced. */
export function responseHeaders(options: Options): readonly Filter[] {
  const set = headersOf(options)
  if (set.length === 0) return []
  const leave: Filter['leave'] = response => {
    let {headers} = response
    for (const [name, value] of set) headers = replaced(headers, name, value)
    return {...response, headers}
  }
  return [{name: 'WebAppSec headers', leave}]
}

function headersOf(options: Options): readonly (readonly [string, string])[] {
  const fixed = [
    ['X-Frame-Options', 'xframe.options'],
    ['X-Content-Type-Options', 'xcontent-type.options'],
    ['X-XSS-Protection', 'xss.protection'],
    ['Strict-Transport-Security', 'strict.transport'],
  ] as const
  const isOn = (param: (typeof fixed)[number][1]) =>
    options[`${param}.enabled`] || (param === 'xframe.options' && options['xframe-options.enabled'])
  const valueOf = (param: (typeof fixed)[number][1]) =>
    (param === 'xframe.options' && options['xframe.options.value']) || options[param]
  const own = options['security.header.enabled'] || options['security.header..enabled']
  return [
    ...fixed.flatMap(([name, param]) => (isOn(param) ? [[name, valueOf(param)] as const] : [])),
    ...(own ? options['security.header.{name}'].map(({name, value}) => [name, value] as const) : []),
  ]
}
