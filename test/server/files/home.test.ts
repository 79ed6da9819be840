import {chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import test from 'ava'
import {printProblem} from '../../../gateway/common/problem.js'
import {checkFiles} from '../../../gateway/server/files/check-files.js'
import {loadHome, nextPlan} from '../../../gateway/server/files/home.js'

const TOPOLOGY = `<topology>
  <gateway><provider><role>authentication</role><name>Anonymous</name><enabled>true</enabled></provider></gateway>
  <service><role>X</role><url>http://x:1</url></service>
</topology>`
const SERVICE = `<service role="X" name="x" version="1.0">
  <routes><route path="/x/**"><rewrite apply="X/in" to="request.url"/></route></routes>
</service>`
const RULES = `<rules><rule dir="IN" name="X/in" pattern="*://*:*/**/x/{path=**}">
  <rewrite template="{$serviceUrl[X]}/{path=**}"/>
</rule></rules>`
const FILES = {
  'conf/topologies/a.xml': TOPOLOGY,
  'conf/topologies/b.xml': TOPOLOGY,
  'data/services/x/1.0/service.xml': SERVICE,
  'data/services/x/1.0/rewrite.xml': RULES,
}

/** A home in a folder of its own, which `remove` takes away. */
function makeHome(files: Readonly<Record<string, string>> = FILES) {
  const home = mkdtempSync(join(tmpdir(), 'home-'))
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(home, file)), {recursive: true})
    writeFileSync(join(home, file), text)
  }
  for (const [file, text] of Object.entries(files)) write(file, text)
  return {home, write, remove: () => rmSync(home, {recursive: true})}
}

const digestOf = ({plan}: ReturnType<typeof loadHome>, name: string) =>
  new Map(Object.entries(plan.topologies)).get(name)?.digest

const told = (loaded: ReturnType<typeof loadHome>) => loaded.problems.map(printProblem)

test('a home is read, with the places of its files in problems', t => {
  const {home, write, remove} = makeHome()
  t.teardown(remove)
  t.deepEqual(told(loadHome(home, {})), [])
  write('conf/topologies/c.xml', '<topology>\n  <service>')
  const loaded = loadHome(home, {})
  t.deepEqual(Object.keys(loaded.plan.topologies), ['a', 'b'])
  t.deepEqual(Object.keys(loaded.refused), ['c'])
  t.regex(told(loaded).join('\n'), /^conf\/topologies\/c\.xml:\d+:\d+: xml-malformed: /)
})

test('files beside topologies in conf are read only when they are topologies, or mean to be', t => {
  const {home, remove} = makeHome({
    ...FILES,
    'conf/direct.xml': TOPOLOGY,
    'conf/log4j.xml': '<!DOCTYPE x SYSTEM "y"><log4j/>',
    'conf/torn.xml': '<!-- <x> --><topology><service>',
    'conf/topologies/other.xml': '<rules/>',
    'conf/topologies/.swp.xml': '<',
    'conf/topologies/readme.txt': '<',
  })
  t.teardown(remove)
  const loaded = loadHome(home, {})
  t.deepEqual(Object.keys(loaded.plan.topologies).sort(), ['a', 'b', 'direct'])
  t.deepEqual(Object.keys(loaded.refused).sort(), ['other', 'torn'])
})

test('only what changed is read again, and topologies that did not change keep their digest', t => {
  const {home, write, remove} = makeHome()
  t.teardown(remove)
  const first = loadHome(home, {})
  write('conf/topologies/a.xml', TOPOLOGY.replace('http://x:1', 'http://x:22'))
  const second = loadHome(home, {}, first)
  t.is(second.topologies[1], first.topologies[1])
  t.not(second.topologies[0], first.topologies[0])
  t.is(digestOf(second, 'b'), digestOf(first, 'b'))
  t.not(digestOf(second, 'a'), digestOf(first, 'a'))
  write('data/services/x/1.0/rewrite.xml', RULES.replace('/{path=**}"/>', '/more/{path=**}"/>'))
  const third = loadHome(home, {}, second)
  t.not(digestOf(third, 'b'), digestOf(second, 'b'))
})

test('after a change with faults the topology stays as it was; one whose file is gone goes', t => {
  const {home, write, remove} = makeHome()
  t.teardown(remove)
  const first = loadHome(home, {})
  write('conf/topologies/a.xml', TOPOLOGY.replace('Anonymous', 'Anonymos'))
  rmSync(join(home, 'conf/topologies/b.xml'))
  write('conf/topologies/c.xml', TOPOLOGY)
  const second = loadHome(home, {}, first)
  const {plan: served, kept} = nextPlan(first.plan, second)
  t.deepEqual(kept, ['a'])
  t.deepEqual(Object.keys(served.topologies).sort(), ['a', 'c'])
  t.is(new Map(Object.entries(served.topologies)).get('a'), new Map(Object.entries(first.plan.topologies)).get('a'))
  write('data/services/x/1.0/service.xml', '<service')
  const third = loadHome(home, {}, second)
  t.deepEqual(third.plan.topologies, {})
  t.deepEqual(nextPlan(served, third).plan, served)
})

test('faults of the settings are told apart, and a reload then changes nothing', t => {
  const {home, write, remove} = makeHome()
  t.teardown(remove)
  const first = loadHome(home, {})
  t.false(first.siteFaulty)
  write(
    'conf/gateway-site.xml',
    '<configuration><property><name>gateway.x</name><value>y</value></property></configuration>',
  )
  write('conf/topologies/c.xml', TOPOLOGY)
  const second = loadHome(home, {}, first)
  t.true(second.siteFaulty)
  t.is(nextPlan(first.plan, second).plan, first.plan)
  t.true(loadHome(home, {GATEWAY_PORT: 'x'}).siteFaulty)
})

test('a topology whose definition leaves out more than before stays as it was; a restart takes what there is', t => {
  const {home, write, remove} = makeHome()
  t.teardown(remove)
  const first = loadHome(home, {})
  const spoilt = RULES.replace('$serviceUrl', '$serviceUlr')
  write('data/services/x/1.0/rewrite.xml', spoilt)
  const second = loadHome(home, {}, first)
  const next = nextPlan(first.plan, second)
  t.deepEqual(next, {plan: first.plan, kept: ['a', 'b']})
  t.regex(told(second).join('\n'), /function-unknown: .*serviceUlr.*did you mean serviceUrl\?.*\n.*route-unserved/)
  write('data/services/x/1.0/rewrite.xml', `\n\n${spoilt}`)
  t.deepEqual(nextPlan(next.plan, loadHome(home, {}, second)).kept, ['a', 'b'])
  const restarted = loadHome(home, {})
  t.deepEqual(nextPlan(restarted.plan, loadHome(home, {}, restarted)).kept, [])
  write('data/services/x/1.0/rewrite.xml', RULES)
  t.deepEqual(nextPlan(next.plan, loadHome(home, {}, second)), {plan: first.plan, kept: []})
  rmSync(join(home, 'data/services/x'), {recursive: true})
  t.deepEqual(nextPlan(first.plan, loadHome(home, {}, second)), {plan: first.plan, kept: ['a', 'b']})
})

const unreadable = test.macro({
  exec(t, spoil: (home: string) => void, message: RegExp, names: readonly string[] = ['a', 'b']) {
    const {home, remove} = makeHome()
    t.teardown(remove)
    const first = loadHome(home, {})
    spoil(home)
    const second = loadHome(home, {}, first)
    t.regex(told(second).join('\n'), message)
    const next = nextPlan(first.plan, second)
    t.deepEqual(Object.keys(next.plan.topologies).sort(), names)
  },
  title: (title = '') => `${title} is told, and what served goes on`,
})

const toItself = (path: string) => (home: string) => {
  rmSync(join(home, path), {recursive: true, force: true})
  symlinkSync(join(home, path), join(home, path))
}

test(
  'a topology that is a link to itself',
  unreadable,
  toItself('conf/topologies/a.xml'),
  /a\.xml:1:1: file-unreadable: ELOOP/,
)
test(
  'a rewrite.xml that is a link to itself',
  unreadable,
  toItself('data/services/x/1.0/rewrite.xml'),
  /rewrite\.xml:1:1: file-unreadable: ELOOP/,
)
test(
  'a folder of topologies that is a link to itself',
  unreadable,
  toItself('conf/topologies'),
  /conf\/topologies:1:1: folder-unreadable: ELOOP/,
)
test(
  'a folder of definitions that is a link to itself',
  unreadable,
  toItself('data/services/x'),
  /services\/x:1:1: folder-unreadable: ELOOP/,
)
test(
  'a link that leads nowhere',
  unreadable,
  home => {
    rmSync(join(home, 'conf/topologies/a.xml'))
    symlinkSync('nowhere', join(home, 'conf/topologies/a.xml'))
  },
  /a\.xml:1:1: file-unreadable: ENOENT/,
)
test(
  'a folder with the name of a file',
  unreadable,
  home => mkdirSync(join(home, 'conf/c.xml')),
  /conf\/c\.xml:1:1: file-unreadable: it is not a file/,
)
if (process.getuid?.() !== 0)
  test(
    'a file that may not be read',
    unreadable,
    home => chmodSync(join(home, 'data/services/x/1.0/service.xml'), 0),
    /service\.xml:1:1: file-unreadable: EACCES/,
  )

test('files that lie beside definitions are left alone', t => {
  const {home, remove} = makeHome({...FILES, 'data/services/README.md': '', 'data/services/x/notes.txt': ''})
  t.teardown(remove)
  t.deepEqual(told(loadHome(home, {})), [])
})

test('a home that is not there is a fault', t => {
  const loaded = loadHome('/nonexistent/home', {})
  t.true(loaded.siteFaulty)
  t.regex(told(loaded).join('\n'), /conf:1:1: file-unreadable/)
})

test('single files are judged by their root, with their siblings', t => {
  const {home, write, remove} = makeHome({
    ...FILES,
    'conf/topologies/a.xml': TOPOLOGY.replace('<role>X<', '<role>XX<'),
    'data/services/x/1.0/service.xml': SERVICE.replace('X/in', 'X/inn'),
    'conf/gateway-site.xml':
      '<configuration><property><name>gateway.prot</name><value>1</value></property></configuration>',
    'elsewhere.xml': '<something/>',
  })
  t.teardown(remove)
  const check = (...files: string[]) =>
    checkFiles(
      '/nonexistent/home',
      files.map(file => join(home, file)),
      {},
    ).map(problem => printProblem(problem).replace(`${home}/`, ''))
  t.regex(
    check('conf/topologies/a.xml').join('\n'),
    /^conf\/topologies\/a\.xml:\d+:\d+: warning: role-undefined: .*did you mean X\?/,
  )
  t.deepEqual(check('conf/topologies/b.xml'), [])
  const apply = /^data\/services\/x\/1\.0\/service\.xml:2:\d+: warning: apply-unknown: .*did you mean X\/in\?[^\n]*$/
  t.regex(check('data/services/x/1.0/service.xml').join('\n'), apply)
  t.regex(check('data/services/x/1.0/rewrite.xml', 'data/services/x/1.0/service.xml').join('\n'), apply)
  t.regex(check('conf/gateway-site.xml').join('\n'), /setting-unknown: gateway\.prot/)
  t.regex(check('elsewhere.xml').join('\n'), /root-unexpected: the root element is <something>/)
  t.regex(check('nowhere.xml').join('\n'), /file-unreadable/)
  write('torn.xml', '<topology>')
  t.regex(check('torn.xml').join('\n'), /^torn\.xml:\d+:\d+: xml-malformed/)
})
