import {cutUrl} from '../common/request-url.js'
import type {Direction} from '../descriptor/rewrite-descriptor.js'
import {cookieNameOf} from '../http/cookies.js'
import {type Headers, isNamed} from '../http/headers.js'
import type {HeaderChoice} from './header-filter.js'
import type {RewriteFailed, RewriteHeaders} from './header-rewriter.js'
import type {RewriteError} from './rewrite-error.js'
import type {RewriteContext} from './rewrite-function.js'
import {rewriteValue} from './rewrite-value.js'
import type {RunRule} from './run-rule.js'

type Make = (choose: HeaderChoice, role: string, run: RunRule) => RewriteHeaders

/**
 * Rewrites the cookies that a filter names. Of requests their values; of responses the address that a cookie is for: its Domain, or
 * the service's host, and its Path. It then is for the path that the rule gives, at the gateway's own host.
 */
export const cookieRewriter: Readonly<Record<Direction, Make>> = {
  in: (choose, _, run) =>
    eachField('cookie', (value, context, failed) => {
      return value.replace(/([^\s=;]+)=([^;]*)/g, (pair, name: string, text: string) => {
        const use = choose(name)
        if (use === 'leave') return pair
        return `${name}=${rewriteValue({run, part: 'cookie', name}, text, use, context, told(failed)) ?? text}`
      })
    }),
  out: (choose, role, run) =>
    eachField('set-cookie', (value, context, failed) => {
      const name = cookieNameOf(value)
      const use = choose(name)
      if (use === 'leave') return value
      const service = cutUrl(context.serviceUrl(role) ?? '')
      const host = attributeOf(value, 'domain')?.replace(/^\./, '') || service?.host
      const port = service?.port ? `:${service.port}` : ''
      const address = `${service?.scheme}://${host}${port}${attributeOf(value, 'path') ?? '/'}`
      const made = rewriteValue({run, part: 'cookie', name}, address, use, context, told(failed))
      const path = made && pathOf(made)
      return path ? `${withoutAttributes(value)}; Path=${path}` : value
    }),
}

function eachField(
  name: string,
  change: (value: string, context: RewriteContext, failed: RewriteFailed) => string,
): RewriteHeaders {
  return (headers, context, failed): Headers =>
    headers.map((text, i) => (i % 2 === 1 && isNamed(headers[i - 1], name) ? change(text, context, failed) : text))
}

const told = (failed: RewriteFailed) => (error: RewriteError) => failed(error, 'cookie')

/** Value of an attribute of a Set-Cookie field (RFC 6265 §5.2); of several the last. */
function attributeOf(setCookie: string, name: string): string | undefined {
  const attributes = setCookie.split(';').slice(1)
  return attributes
    .map(each => new RegExp(`^\\s*${name}\\s*=\\s*(.*?)\\s*$`, 'i').exec(each)?.[1])
    .findLast(each => each !== undefined)
}

function withoutAttributes(setCookie: string): string {
  return setCookie.replace(/;\s*(path|domain)\s*=[^;]*/gi, '')
}

/** The path of an address, or of what is a path already. */
function pathOf(made: string): string {
  const [address = ''] = made.split(/[?#;]/, 1)
  return cutUrl(address)?.path || (address.startsWith('/') ? address : '')
}
