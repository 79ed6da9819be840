import {existsSync, readFileSync} from 'node:fs'
import test from 'ava'
import {printProblem, problems} from '../../gateway/common/problem.js'
import {readRewrite} from '../../gateway/descriptor/read-rewrite.js'
import {readService} from '../../gateway/descriptor/read-service.js'
import {readTopology} from '../../gateway/descriptor/read-topology.js'
import {parseXml} from '../../gateway/xml/parse-xml.js'

interface SuiteCase {
  readonly file: string
  readonly kind: keyof typeof READERS
  /** `safe`: either, as long as it is prompt. */
  readonly expect: 'accept' | 'reject' | 'safe'
  readonly why: string
  readonly value?: string
}

const READERS = {topology: readTopology, service: readService, rewrite: readRewrite}
const SUITE = new URL('../../../../shared/suites/xml/', import.meta.url)
const MANIFEST = new URL('manifest.json', SUITE)

if (!existsSync(MANIFEST)) {
  test('suite of XML files', t => {
    t.log('skipped: ../shared/suites/xml is not there')
    t.pass()
  })
} else {
  const cases: readonly SuiteCase[] = JSON.parse(readFileSync(MANIFEST, 'utf8'))
  for (const {file, kind, expect, why, value} of cases) {
    test(`${file} (${why}): ${expect}`, t => {
      const start = performance.now()
      const told = problems()
      const bytes = readFileSync(new URL(file, SUITE))
      const root = parseXml(file, bytes, told)
      const descriptor: unknown = root && READERS[kind](file, root, told)
      t.true(performance.now() - start < 5000, 'prompt, on a busy machine too')
      const said = told.all.map(printProblem).join('\n')
      if (expect === 'accept') t.false(told.faulty, said)
      if (expect === 'reject') t.true(told.faulty)
      if (expect === 'reject') t.regex(said, new RegExp(`^${file}:\\d+:\\d+: [a-z-]+: `))
      if (value !== undefined) t.true(JSON.stringify(descriptor).includes(value), said)
    })
  }
}
