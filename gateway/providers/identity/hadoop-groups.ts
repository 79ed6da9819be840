import {oneOf} from '../../common/params.js'
import {defineProvider} from '../../pipeline/provider.js'
import {assertionFilter, assertionParams} from './assertion.js'
import {mapping} from './principal-mapping.js'

/** Where `CENTRAL_GROUP_CONFIG_PREFIX` may point: properties of the site that begin so are params of the provider. */
const GROUP_CONFIG_PREFIX = 'gateway.group.config.'

const HADOOP = 'org.apache.hadoop.security'

/** Groups of users that the gateway is told of. Source: Knox, `HadoopGroupProviderFilter`; Hadoop, `Groups`. */
export const hadoopGroups = defineProvider({
  role: 'identity-assertion',
  name: 'HadoopGroupProvider',
  doc: 'Looks up the groups of users. Groups of the gateway’s own machine are not read, as Hadoop does when nothing is named.',
  params: {
    ...assertionParams,
    CENTRAL_GROUP_CONFIG_PREFIX: oneOf(
      'Properties of `gateway-site.xml` that begin so are params of this provider; its own go before them.',
      GROUP_CONFIG_PREFIX,
      [GROUP_CONFIG_PREFIX, GROUP_CONFIG_PREFIX.slice(0, -1)],
    ),
    'hadoop.security.group.mapping': oneOf('How the groups of others are found.', `${HADOOP}.NullGroupsMapping`, [
      `${HADOOP}.NullGroupsMapping`,
    ]),
    'hadoop.user.group.static.mapping.overrides': mapping('Users and all their groups: `alice=admins,users;bob=`.', {
      toNothing: true,
    }),
  },
  create(options) {
    const known = new Map(Object.entries(options['hadoop.user.group.static.mapping.overrides']))
    return [assertionFilter(options, {name: 'HadoopGroupProvider', groupsOf: name => known.get(name) ?? []})]
  },
})
