import type {RequestUrl} from '../common/request-url.js'
import {buildMatcher} from './matcher.js'
import type {Params} from './params.js'
import type {Template} from './template.js'

/** What one template binds in a URL; undefined when it does not match. Where a template is used often, build a matcher. */
export function matchTemplate(template: Template, url: Template | RequestUrl): Params | undefined {
  return buildMatcher([[template, undefined]]).match(url)?.params
}
