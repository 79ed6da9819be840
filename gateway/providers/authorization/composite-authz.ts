import {list, oneOf, type Param, type ParamTable, type Values} from '../../common/params.js'
import type {Filter} from '../../pipeline/filter.js'
import {defineProvider, type ProviderParts} from '../../pipeline/provider.js'
import {aclsFilter, aclsParams, checkAcls} from './acls-authz.js'
import {checkPathAcls, pathAclsFilter, pathAclsParams} from './path-acls-authz.js'

const NAMES = ['AclsAuthz', 'PathAclsAuthz'] as const

function names(doc: string): Param<readonly (typeof NAMES)[number][]> {
  const items = list(doc)
  const each = oneOf('', NAMES[0], NAMES)
  return {...items, default: [], read: given => items.read(given).map(name => each.read(name))}
}

type Prefixed<P extends string, T> = {readonly [K in keyof T as `${P}.${K & string}`]: T[K]}

function prefixed<P extends string, T extends ParamTable>(prefix: P, table: T): Prefixed<P, T> {
  const entries = Object.entries(table).map(([name, param]) => [`${prefix}.${name}`, param])
  // the same params under longer names
  return Object.fromEntries(entries) as Prefixed<P, T>
}

/** Values of the params with a prefix, under their short names. */
function within<T extends ParamTable>(prefix: string, options: object, _table: T): Values<T> {
  const own = Object.entries(options).filter(([name]) => name.startsWith(`${prefix}.`))
  // `prefixed` made these names of the table's
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length + 1), value])) as Values<T>
}

const params = {
  'composite.provider.names': names('Providers that must all let pass, between commas.'),
  ...prefixed('AclsAuthz', aclsParams),
  ...prefixed('PathAclsAuthz', pathAclsParams),
}

/** Source: Knox, `CompositeAuthzDeploymentContributor`. */
export const compositeAuthz = defineProvider({
  role: 'authorization',
  name: 'CompositeAuthz',
  doc: 'Several authorizations, one after the other; the params of each begin with its name.',
  params,
  check(options, checks) {
    if (options['composite.provider.names'].length === 0)
      checks.fault('composite.provider.names', 'no provider is named')
    checkAcls(within('AclsAuthz', options, aclsParams), checks, 'AclsAuthz.')
    checkPathAcls(within('PathAclsAuthz', options, pathAclsParams), checks, 'PathAclsAuthz.')
  },
  create(options, parts: ProviderParts): readonly Filter[] {
    const create = {
      AclsAuthz: () => aclsFilter(within('AclsAuthz', options, aclsParams), parts),
      PathAclsAuthz: () => pathAclsFilter(within('PathAclsAuthz', options, pathAclsParams), parts),
    }
    return options['composite.provider.names'].map(name => create[name]())
  },
})
