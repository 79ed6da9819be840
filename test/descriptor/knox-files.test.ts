import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import test, {type ExecutionContext} from 'ava'
import {type Problem, type Problems, printProblem, problems} from '../../gateway/common/problem.js'
import {readRewrite} from '../../gateway/descriptor/read-rewrite.js'
import {readService} from '../../gateway/descriptor/read-service.js'
import {readTopology} from '../../gateway/descriptor/read-topology.js'
import {parseXml} from '../../gateway/xml/parse-xml.js'
import type {XmlElement} from '../../gateway/xml/xml-element.js'

const READERS = new Map<string, (file: string, root: XmlElement, told: Problems) => unknown>([
  ['topology', readTopology],
  ['service', readService],
  ['rules', readRewrite],
])

/** Reads every file below a folder of Knox's; what is told of them. */
function readAll(t: ExecutionContext, folder: string): readonly Problem[] {
  const home = fileURLToPath(new URL(`../../../../shared/knox/${folder}`, import.meta.url))
  if (!existsSync(home)) {
    t.log(`skipped: ../shared/knox/${folder} is not there`)
    t.pass()
    return []
  }
  const told = problems()
  const files = readdirSync(home, {recursive: true, encoding: 'utf8'}).filter(file => file.endsWith('.xml'))
  for (const file of files) {
    const root = parseXml(file, readFileSync(join(home, file)), told)
    t.truthy(root && READERS.get(root.name)?.(file, root, told), file)
  }
  t.deepEqual(told.all.filter(({severity}) => severity === 'fault').map(printProblem), [])
  return told.all
}

test('the service definitions of Knox are read; what is wrong in them is a warning', t => {
  const codes = [...new Set(readAll(t, 'services').map(({code}) => code))].sort()
  if (codes.length > 0)
    t.deepEqual(codes, ['apply-without-target', 'element-unused', 'rule-duplicate', 'text-unexpected'])
})

test('topologies that Knox served are read without a warning', t => {
  t.deepEqual([...readAll(t, 'topologies'), ...readAll(t, 'topologies-auth')].map(printProblem), [])
})
