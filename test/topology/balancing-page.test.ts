import {readFileSync} from 'node:fs'
import test from 'ava'
import {printProblem} from '../../gateway/common/problem.js'
import {loadHome} from '../../gateway/server/files/home.js'
import {definition, temporaryHome} from '../helpers/home.js'

const PAGE = readFileSync(new URL('../../../docs/balancing.md', import.meta.url), 'utf8')
const EXAMPLES = [...PAGE.matchAll(/^```xml\n(<topology>.*?)^```$/gms)].map(([, xml = '']) => xml)

test('the examples of docs/balancing.md load, and each does more than Knox', t => {
  t.true(EXAMPLES.length > 1)
  for (const [i, xml] of EXAMPLES.entries()) {
    const home = temporaryHome(t, {...definition('SSERVICE', 'ha'), 'conf/topologies/t.xml': xml})
    const {plan, problems} = loadHome(home, {})
    t.deepEqual(problems.map(printProblem), [], `example ${i + 1}`)
    const {balancing, health} = plan.topologies['t']?.services[0]?.failover ?? {}
    t.true(balancing !== undefined || health !== undefined, `example ${i + 1}`)
  }
})
