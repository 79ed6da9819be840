import type {Proof} from './credentials.js'
import type {Guard} from './topologies.js'

/** Whom a service behind the guard may be told, by what these pieces prove. `bent`: a line of them is not as it was. */
export function mayBe(
  guard: Guard,
  proofs: readonly Proof[],
  queries: readonly string[],
  bent: boolean,
): readonly string[] {
  const groups = new Map<string, Proof[]>()
  for (const each of proofs) {
    const group = each.place === 'basic' ? 'bearer' : each.place
    groups.set(group, [...(groups.get(group) ?? []), each])
  }
  const proved = [...groups.values()].flatMap(group => (bent ? group.map(({who}) => who) : [provedBy(group)]))
  const users = guard.users.filter(each => proved.includes(each))
  const forBob = guard.actsFor && users.includes('alice') && queries.some(each => /=(?:b|%62)ob/i.test(each))
  return forBob ? [...users, 'bob'] : users
}

/** Of several nobody knows which one is true, but for cookies that are no tokens, or the same. */
function provedBy(group: readonly Proof[]): string | undefined {
  const counting = group.filter(({spoils, who}) => spoils || who !== undefined)
  const different = new Map(counting.map(each => [each.text, each]))
  const [first, ...others] = group[0]?.place === 'cookie' ? [...different.values()] : counting
  return others.length > 0 ? undefined : first?.who
}
