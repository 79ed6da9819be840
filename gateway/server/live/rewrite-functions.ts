import {importRule, infix, postfix, prefix} from '../../rewrite/functions/affixes.js'
import {frontend} from '../../rewrite/functions/frontend.js'
import {hostmap} from '../../rewrite/functions/hostmap.js'
import {inboundurl} from '../../rewrite/functions/inboundurl.js'
import {
  serviceAddr,
  serviceHost,
  serviceMappedAddr,
  serviceMappedHost,
  serviceMappedUrl,
  servicePath,
  servicePort,
  serviceScheme,
} from '../../rewrite/functions/service-parts.js'
import {serviceUrl} from '../../rewrite/functions/service-url.js'
import {username} from '../../rewrite/functions/username.js'
import type {RewriteFunction} from '../../rewrite/rewrite-function.js'

const ALL: readonly RewriteFunction[] = [
  frontend,
  hostmap,
  importRule,
  inboundurl,
  infix,
  postfix,
  prefix,
  serviceAddr,
  serviceHost,
  serviceMappedAddr,
  serviceMappedHost,
  serviceMappedUrl,
  servicePath,
  servicePort,
  serviceScheme,
  serviceUrl,
  username,
]

/** Every function that a template may call, by name. */
export const rewriteFunctions: ReadonlyMap<string, RewriteFunction> = new Map(ALL.map(each => [each.name, each]))
