import {ANONYMOUS} from '../common/anonymous.js'
import {identified, type Principal} from '../pipeline/principal.js'
import {defineProvider} from '../pipeline/provider.js'

/** Who need not say who they are. */
export const ANYBODY: Principal = {name: ANONYMOUS, groups: []}

/** Lets everyone in, as `anonymous`. Source: Knox, `AnonymousAuthFilter`. */
export const anonymous = defineProvider({
  role: 'authentication',
  name: 'Anonymous',
  doc: 'Everybody is `anonymous`.',
  params: {},
  create: () => [{name: 'Anonymous', enter: exchange => identified(exchange, ANYBODY)}],
})
