import {parseTemplate} from '../template/parse.js'
import type {Template} from '../template/template.js'

/** Params that every exchange has, and the functions that give them. Source: Knox, `UrlRewriteResponse.resolve`. */
const KNOWN: Readonly<Record<string, string>> = {
  'gateway.url': '$frontend[url]',
  'gateway.addr': '$frontend[addr]',
  'gateway.address': '$frontend[addr]',
  'gateway.scheme': '$frontend[scheme]',
  'gateway.host': '$frontend[host]',
  'gateway.port': '$frontend[port]',
  'gateway.path': '$frontend[path]',
  'cluster.name': '$frontend[topology]',
}

/** The template of a `rewrite` step, `{gateway.url}` and its like read as functions. Throws TemplateSyntaxError. */
export function ruleTemplate(text: string): Template {
  return parseTemplate(
    text.replace(/\{((?:gateway|cluster)\.[a-z]+)\}/g, (whole, name) => braced(KNOWN[name]) ?? whole),
  )
}

const braced = (call: string | undefined) => call && `{${call}}`
