import {spawn} from 'node:child_process'
import {readdirSync, readFileSync} from 'node:fs'
import test from 'ava'
import {printProblem, refuses} from '../gateway/common/problem.js'
import {loadHome} from '../gateway/server/files/home.js'
import {freePort} from './helpers/free-port.js'
import {type HomeText, site, startGateway, temporaryHome} from './helpers/home.js'
import {filesOf} from './helpers/served.js'
import type {Teardown} from './helpers/teardown.js'

const page = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const PAGES = ['README.md', ...readdirSync(new URL('../../docs', import.meta.url)).map(name => `docs/${name}`)]

/** The examples of a page in XML. */
const examples = (path: string) =>
  [...page(path).matchAll(/^ *```xml\n(.*?)^ *```$/gms)].map(([, text = '']) => text.trim())

const ANONYMOUS = '<provider><role>authentication</role><name>Anonymous</name><enabled>true</enabled></provider>'
const topology = (providers: string, services: string) => ({
  'conf/topologies/t.xml': `<topology><gateway>${ANONYMOUS}${providers}</gateway>${services}</topology>`,
})
const service = (inner: string) => `<service><role>SSERVICE</role><url>http://x</url>${inner}</service>`
const HA = '<provider><role>ha</role><name>HaProvider</name><enabled>true</enabled><param/></provider>'
const SHIRO = '<provider><role>authentication</role><name>ShiroProvider</name><enabled>true</enabled>'
const LDAP =
  '<param><name>main.ldapRealm</name><value>org.apache.knox.gateway.shirorealm.KnoxLdapRealm</value></param><param><name>main.ldapRealm.contextFactory.url</name><value>ldap://x</value></param><param><name>urls./**</name><value>authcBasic</value></param>'

/** The files that an example is a part of; undefined: it is of a service's definition or of a body. */
function homeWith(example: string): HomeText | undefined {
  if (example.startsWith('<topology>')) return {'conf/topologies/t.xml': example}
  if (example.startsWith('<configuration>')) return {'conf/gateway-site.xml': example}
  if (example.startsWith('<property>')) return {'conf/gateway-site.xml': `<configuration>${example}</configuration>`}
  if (example.startsWith('<provider>')) return topology(example, service(''))
  if (example.startsWith('<service>')) return topology('', example)
  if (example.startsWith('<param><name>main.')) return topology(`${SHIRO}${LDAP}${example}</provider>`, service(''))
  if (example.startsWith('<param>\n'))
    return topology(HA.replace('<param/>', example), service('').replaceAll('SSERVICE', 'TICKER'))
  if (example.startsWith('<param>')) return topology('', service(example))
  return undefined
}

/** Of files that an example can only name. */
const ELSEWHERE: ReadonlySet<string> = new Set(['tls-unusable', 'alias-unknown'])

for (const path of PAGES)
  for (const [i, example] of examples(path).entries()) {
    const files = homeWith(example)
    if (files === undefined) continue
    test(`example ${i + 1} of ${path} loads`, t => {
      const home = temporaryHome(t, {'conf/gateway-site.xml': site({}), ...filesOf('data/services'), ...files})
      const told = loadHome(home, {}).problems.filter(problem => refuses(problem) && !ELSEWHERE.has(problem.code))
      t.deepEqual(told.map(printProblem), [])
    })
  }

test('links within the manual lead to pages and headings that are there', t => {
  const all = [...PAGES, 'ARCHITECTURE.md', 'DECISIONS.md', 'CHANGELOG.md', 'THREAT-MODEL.md']
  for (const path of all)
    for (const [, target = ''] of page(path).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const {pathname, hash} = new URL(target, `file:///${path}`)
      const text = page(decodeURIComponent(pathname.slice(1)))
      const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading))
      if (hash !== '') t.true(headings.includes(hash.slice(1)), `${path}: ${target}`)
    }
  t.pass()
})

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')

test('docs/cli.md names every field of the access log, in order', async t => {
  const {url, accesses} = await startGateway(t, {...filesOf('conf')})
  await (await fetch(`${url}/nowhere`)).text()
  while (accesses.length === 0) await new Promise(resolve => setTimeout(resolve, 10))
  const [, table = ''] = /## The log.*?\n\| --- \| --- \|\n(.*?)\n\n/s.exec(page('docs/cli.md')) ?? []
  const named = [...table.matchAll(/^\|(.*?)\|/gm)].flatMap(([, cell = '']) => cell.match(/\w+/g) ?? [])
  t.deepEqual(named, Object.keys(accesses[0] ?? {}))
})

/** What the README's own service, at a free port, is started with. */
async function readmeService(t: Teardown): Promise<string> {
  const port = await freePort()
  const [, script = ''] = /node -e '\n(.*?)'\n/s.exec(page('README.md')) ?? []
  const child = spawn(process.execPath, ['-e', script.replace('9000', String(port))], {stdio: 'ignore'})
  t.teardown(() => new Promise(resolve => child.once('exit', resolve) && child.kill('SIGKILL')))
  const url = `http://127.0.0.1:${port}`
  while (!(await answers(url))) await new Promise(resolve => setTimeout(resolve, 20))
  return url
}

const answers = (url: string) =>
  fetch(url).then(
    ({body}) => body?.cancel().then(() => true),
    () => false,
  )

test('the service of the README streams through the gateway by the files that it names', async t => {
  const [definition = '', rewrite = '', offer = ''] = examples('README.md')
  const url = await readmeService(t)
  const offered = offer.replace('http://127.0.0.1:9000', url)
  const running = await startGateway(t, {
    ...filesOf('conf'),
    ...filesOf('data/services/demo'),
    'data/services/ticker/1.0/service.xml': definition,
    'data/services/ticker/1.0/rewrite.xml': rewrite,
    'conf/topologies/demo.xml': page('conf/topologies/demo.xml').replace('</topology>', `${offered}</topology>`),
  })
  t.deepEqual(running.gateway.problems, [])
  const {body} = await fetch(`${running.url}/demo/ticker/now`)
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  t.regex((await reader?.read())?.value ?? '', /^id: 1\ndata: \/now /)
  await reader?.cancel()
})
