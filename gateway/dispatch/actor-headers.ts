import {nameTest} from '../http/headers.js'
import type {ActorHeaders} from '../pipeline/dispatch-plan.js'
import type {Principal} from '../pipeline/principal.js'

/** Knox's names for these: services may believe them, whether or not their dispatch is to tell them anything. */
const USUAL = /^x-knox-actor-/i

/** Whether a field would tell a service who the user is, which only the gateway may. The third letter rules most out. */
const isUsual = (name: string) => (name.charCodeAt(2) | 32) === 107 && USUAL.test(name)

/** The same for a dispatch that tells it by names of its own. */
export function actorTest(actor: ActorHeaders | undefined): (name: string) => boolean {
  if (actor === undefined) return isUsual
  const isId = nameTest([actor.id.toLowerCase()])
  const prefix = `${actor.groupsPrefix.toLowerCase()}-`
  return name => isId(name) || name.toLowerCase().startsWith(prefix) || isUsual(name)
}

/** What stands in a list between commas, in a header. */
const LISTED = /^[\x20-\x2B\x2D-\x7E\xA0-\xFF]+$/

/**
 * Makes the fields that tell a service who acts: the name that was proved, not one that it is mapped to or acts for, and those of
 * its groups that a header can list. Source: Knox, `ConfigurableDispatch`, `GroupUtils`.
 */
export function actorTelling({id, groupsPrefix, groups}: ActorHeaders): (principal: Principal | undefined) => string[] {
  const wanted = new RegExp(`^(?:${groups.pattern})$`, 's')
  return principal => {
    const names = principal?.groups.filter(name => wanted.test(name) && LISTED.test(name)) ?? []
    const lists = listed(names, groups.longest).flatMap((list, i) => [`${groupsPrefix}-${i + 1}`, list])
    return [id, principal?.proved ?? principal?.name ?? '', ...lists]
  }
}

/** Names between commas, in lists no longer than that but for a name that is. */
function listed(names: readonly string[], longest: number): readonly string[] {
  const lists: string[] = []
  for (const name of names) {
    const last = lists.at(-1)
    if (last === undefined || last.length + 1 + name.length > longest) lists.push(name)
    else lists[lists.length - 1] = `${last},${name}`
  }
  return lists
}
