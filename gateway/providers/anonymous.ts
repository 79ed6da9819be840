import type {Filter} from '../pipeline/filter.js'

/** Lets everyone in, as `anonymous`. Source: Knox, `AnonymousAuthFilter`. */
export const anonymous: Filter = {
  name: 'Anonymous',
  enter(exchange) {
    exchange.notes.user = 'anonymous'
    return {...exchange, principal: 'anonymous'}
  },
}
