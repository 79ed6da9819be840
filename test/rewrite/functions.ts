import {importRule, infix, postfix, prefix} from '../../gateway/rewrite/functions/affixes.js'
import {frontend} from '../../gateway/rewrite/functions/frontend.js'
import {hostmap} from '../../gateway/rewrite/functions/hostmap.js'
import {inboundurl} from '../../gateway/rewrite/functions/inboundurl.js'
import * as parts from '../../gateway/rewrite/functions/service-parts.js'
import {serviceUrl} from '../../gateway/rewrite/functions/service-url.js'
import {username} from '../../gateway/rewrite/functions/username.js'
import type {RewriteFunction} from '../../gateway/rewrite/rewrite-function.js'

/** Every function, by its name. */
export const all: ReadonlyMap<string, RewriteFunction> = new Map(
  [
    frontend,
    hostmap,
    importRule,
    inboundurl,
    infix,
    postfix,
    prefix,
    serviceUrl,
    username,
    ...Object.values(parts),
  ].map(made => [made.name, made]),
)
