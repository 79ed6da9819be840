import {text} from '../common/params.js'
import {defineProvider} from '../pipeline/provider.js'

/** Its params are read into the plan of rewriting; no filter of its own. Source: Knox, `HostmapDeploymentContributor`. */
export const hostmap = defineProvider({
  role: 'hostmap',
  name: 'static',
  doc: 'Host names outside and inside.',
  params: {'{host}': text('Names inside, between commas, of the host outside.')},
  create: () => [],
})
