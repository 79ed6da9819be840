import {rewriteUrls} from '../header-value.js'

/** What becomes of one address, of the finds in a piece of script or style sheet, and of a page. */
export interface WithinChange {
  readonly address: (bytes: string) => string
  readonly script: (bytes: string) => string
  readonly page: (bytes: string) => string
}

/** Changes what stands within the value of an attribute. */
export type ChangeWithin = (value: string, change: WithinChange) => string

/**
 * How an attribute's value holds addresses within: several in `srcset` (WHATWG HTML §4.8.4.2.1) and `ping` (§4.6.2), one in the
 * `content` of `<meta http-equiv=refresh>` (§4.2.5.3), in `style` and event handlers as style sheets and scripts do, in `srcdoc`
 * as a page does. Undefined: in no way.
 */
export function withinAttribute(name: string): ChangeWithin | undefined {
  const lower = name.toLowerCase()
  return WITHIN.get(lower) ?? (lower.startsWith('on') ? inScript : undefined)
}

const inScript: ChangeWithin = (value, {script}) => script(value)

const candidates: ChangeWithin = (value, {address}) =>
  value.replace(CANDIDATE, (_, before: string, url: string, after: string) => before + address(url) + after)

/** An address, which neither begins nor ends with a comma, and its descriptors. */
const CANDIDATE = /([\s,]*)([^\s,](?:\S*[^\s,])?)((?:\s[^,]*)?)/g

const WITHIN: ReadonlyMap<string, ChangeWithin> = new Map<string, ChangeWithin>([
  ['srcset', candidates],
  ['imagesrcset', candidates],
  ['content', (value, {address}) => rewriteUrls('refresh', value, false, address)],
  ['ping', (value, {address}) => value.replace(/\S+/g, url => address(url))],
  ['srcdoc', (value, {page}) => page(value)],
  ['style', inScript],
])
