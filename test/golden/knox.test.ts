import {existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import test from 'ava'
import {printProblem} from '../../gateway/common/problem.js'
import {loadHome} from '../../gateway/server/files/home.js'

const KNOX = fileURLToPath(new URL('../../../../shared/knox/', import.meta.url))

const SITE = `<configuration>
  <property><name>gateway.servlet.async.supported.topologies</name><value>ssetop,perf</value></property>
</configuration>
`

/** Runs with a home of topologies and definitions that Knox served. */
function withKnox(run: (home: string) => void): boolean {
  if (!existsSync(KNOX)) return false
  const home = mkdtempSync(join(tmpdir(), 'home-'))
  mkdirSync(join(home, 'conf'))
  mkdirSync(join(home, 'data'))
  symlinkSync(join(KNOX, 'topologies'), join(home, 'conf', 'topologies'))
  symlinkSync(join(KNOX, 'services'), join(home, 'data', 'services'))
  writeFileSync(join(home, 'conf', 'gateway-site.xml'), SITE)
  try {
    run(home)
  } finally {
    rmSync(home, {recursive: true})
  }
  return true
}

test('what Knox served is served, but for providers that are missing', t => {
  const ran = withKnox(home => {
    const {problems, plan, refused} = loadHome(home, {})
    const faults = problems.filter(({severity}) => severity === 'fault')
    t.deepEqual(faults.filter(({code}) => code !== 'provider-unavailable').map(printProblem), [])
    for (const [name, why] of Object.entries(refused))
      t.true(
        why.some(({code}) => code === 'provider-unavailable'),
        name,
      )
    t.true(Object.keys(plan.topologies).length >= 156)
    const {ssetop, ssetop2} = plan.topologies
    t.true(ssetop?.services[0]?.routes[0]?.dispatch.gateOpen)
    t.false(ssetop2?.services[0]?.routes[0]?.dispatch.gateOpen)
  })
  if (!ran) t.log('skipped: no files of Knox here')
  t.pass()
})

test('definitions of Knox have no faults', t => {
  const ran = withKnox(home => {
    const {problems} = loadHome(home, {})
    const told = problems.filter(({at, severity}) => severity === 'fault' && at.file.startsWith('data/'))
    t.deepEqual(told.map(printProblem), [])
  })
  if (!ran) t.log('skipped: no files of Knox here')
  t.pass()
})
