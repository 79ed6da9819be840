import type {ServiceManners} from '../pipeline/dispatch-plan.js'
import type {DispatchClass} from '../topology/catalogue.js'

/** A dispatch of ordinary requests that does what is given besides. */
export function http(doc: string, given: Partial<DispatchClass> = {}): DispatchClass {
  const plain = {passAllHeaders: false, passes: [], urlEncoding: 'as-is', manners: {}, takesBasicUser: false} as const
  return {doc, kind: 'http', ha: false, ...plain, ...given}
}

/** A dispatch that fails over and has manners. */
const ha = (doc: string, manners: ServiceManners, given: Partial<DispatchClass> = {}) =>
  http(doc, {ha: true, manners, ...given})

const NAME_NODE: ServiceManners = {
  withoutBody: true,
  standby: {statuses: [403], texts: ['StandbyException', 'SafeModeException', 'RetriableException']},
}
const RESOURCE_MANAGER: ServiceManners = {standby: {statuses: [403, 307], texts: ['This is standby RM']}}
const ATLAS_API: ServiceManners = {standby: {statuses: [302, 307], location: 'some'}}
const ATLAS: ServiceManners = {standby: {statuses: [302, 307], location: 'no-login'}}
const ATLAS_PASSES = {passes: ['authorization', 'www-authenticate']} as const
const CATALOG: ServiceManners = {withoutPrefix: 'x-knox-meta-'}

const NAME_NODE_DOC = 'Several NameNodes: a standby, or one in safe mode, is passed over; bodies stay here.'
const RM_DOC = 'Several ResourceManagers: a standby is passed over.'
const ATLAS_DOC = 'Several Atlas servers: one that redirects to the active one is passed over.'
const NIFI_DOC = 'X-ProxiedEntitiesChain names the user; no cookies.'
const BASIC_DOC = 'With basicAuthPreemptive the service is told the user by Basic.'

const KNOX = 'org.apache.knox.gateway'

/** The dispatches that Knox made for one service each. Source: Knox, the class of each name. */
export const serviceDispatches: Readonly<Record<string, DispatchClass>> = {
  [`${KNOX}.hdfs.dispatch.HdfsHttpClientDispatch`]: http('For a NameNode: bodies stay here.', {
    manners: {withoutBody: true},
  }),
  [`${KNOX}.hdfs.dispatch.WebHdfsHaDispatch`]: ha(NAME_NODE_DOC, NAME_NODE),
  [`${KNOX}.hdfs.dispatch.HdfsUIHaDispatch`]: ha(NAME_NODE_DOC, NAME_NODE),
  [`${KNOX}.rm.dispatch.RMHaDispatch`]: ha(RM_DOC, RESOURCE_MANAGER),
  [`${KNOX}.rm.dispatch.RMUIHaDispatch`]: ha(RM_DOC, RESOURCE_MANAGER),
  [`${KNOX}.rm.dispatch.RMUI2HaDispatch`]: ha(RM_DOC, RESOURCE_MANAGER),
  [`${KNOX}.rm.dispatch.RMSchedulerUIHaDispatch`]: ha(RM_DOC, RESOURCE_MANAGER),
  [`${KNOX}.ha.dispatch.AtlasHaDispatch`]: ha(ATLAS_DOC, ATLAS, ATLAS_PASSES),
  [`${KNOX}.ha.dispatch.AtlasTrustedProxyHaDispatch`]: ha(ATLAS_DOC, ATLAS),
  [`${KNOX}.ha.dispatch.AtlasApiHaDispatch`]: ha(ATLAS_DOC, ATLAS_API, ATLAS_PASSES),
  [`${KNOX}.ha.dispatch.AtlasApiTrustedProxyHaDispatch`]: ha(ATLAS_DOC, ATLAS_API),
  [`${KNOX}.hbase.HBaseDispatch`]: http('Plain; the path is decoded.', {urlEncoding: 'path-decoded'}),
  [`${KNOX}.hbase.HBaseUIDispatch`]: http('A slash at the end of the path stays.', {manners: {trailingSlash: true}}),
  [`${KNOX}.hbase.HBaseUIHaDispatch`]: ha('The same; several URLs with failover.', {trailingSlash: true}),
  [`${KNOX}.hive.HiveDispatch`]: http(BASIC_DOC, {takesBasicUser: true}),
  [`${KNOX}.hive.HiveHaDispatch`]: ha(BASIC_DOC, {}, {takesBasicUser: true}),
  [`${KNOX}.impala.ImpalaDispatch`]: http(BASIC_DOC, {takesBasicUser: true}),
  [`${KNOX}.impala.ImpalaHaDispatch`]: ha(BASIC_DOC, {}, {takesBasicUser: true}),
  [`${KNOX}.livy.LivyDispatch`]: http('The user is proxyUser of new sessions and batches.', {
    manners: {bodyUser: {paths: ['batches', 'sessions'], field: ['proxyUser']}},
  }),
  [`${KNOX}.jkg.JkgDispatch`]: http('The user is KERNEL_USERNAME in env of new kernels.', {
    manners: {bodyUser: {paths: ['kernels'], field: ['env', 'KERNEL_USERNAME']}},
  }),
  [`${KNOX}.dispatch.NiFiDispatch`]: http(NIFI_DOC, {manners: {nifi: true, trailingSlash: true}}),
  [`${KNOX}.dispatch.NiFiHaDispatch`]: ha(NIFI_DOC, {nifi: true, trailingSlash: true}),
  [`${KNOX}.dispatch.NiFiRegistryDispatch`]: http(NIFI_DOC, {manners: {nifi: true, trailingSlash: true}}),
  [`${KNOX}.dispatch.NiFiRegistryHaDispatch`]: ha(NIFI_DOC, {nifi: true, trailingSlash: true}),
  [`${KNOX}.storm.StormDispatch`]: http('WWW-Authenticate reaches the client.', {passes: ['www-authenticate']}),
  [`${KNOX}.service.restcatalog.RestCatalogDispatch`]: http('Clients set no X-Knox-Meta- fields.', {manners: CATALOG}),
  [`${KNOX}.service.restcatalog.RestCatalogHaDispatch`]: ha('The same; several URLs with failover.', CATALOG),
}
