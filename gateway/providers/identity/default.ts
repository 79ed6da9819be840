import type {Values} from '../../common/params.js'
import {defineProvider} from '../../pipeline/provider.js'
import {type Assertion, assertionFilter, assertionParams} from './assertion.js'
import {mappedName} from './principal-mapping.js'

const role = 'identity-assertion'
const params = assertionParams

/** Mapped once more, as Knox does: of `a=b;b=c` a becomes c. */
function again({'principal.mapping': table}: Values<typeof params>): Pick<Assertion, 'mapName'> {
  return Object.keys(table).length === 0 ? {} : {mapName: name => mappedName(table, name)}
}

/** Added when a topology names no other. Source: Knox, `DefaultIdentityAsserterDeploymentContributor`. */
export const defaultIdentity = defineProvider({
  role,
  name: 'Default',
  doc: 'Tells services the user by `user.name`; there when a topology names no other.',
  params,
  create: options => [assertionFilter(options, {name: 'Default', ...again(options)})],
})

/** Source: Knox, `IdentityAsserterDeploymentContributor`. */
export const pseudo = defineProvider({
  role,
  name: 'Pseudo',
  doc: 'The same as `Default`.',
  params,
  create: options => [assertionFilter(options, {name: 'Pseudo', ...again(options)})],
})

/** Source: Knox, `NoImpersonationFilter`. */
export const noImpersonation = defineProvider({
  role,
  name: 'NoImpersonationProvider',
  doc: 'The same, but services are not told of the user.',
  params,
  create: options => [assertionFilter(options, {name: 'NoImpersonationProvider', tells: false, ...again(options)})],
})
