import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {temporaryHome, topology} from '../helpers/home.js'
import {gateway} from './program.js'

const page = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8')
const REWRITING = page('rewriting.md')
const [, RULES = ''] = /```xml\n(.*?)```/s.exec(REWRITING) ?? []
const IN =
  '<rule dir="IN" name="WIKI/in" pattern="*://*:*/**/wiki/{path=**}?{**}"><rewrite template="{$serviceUrl[WIKI]}/{path=**}?{**}"/></rule>'

/** The service of the manual's examples, at `http://wiki.test:8080`. */
const WIKI = {
  'conf/topologies/t.xml': topology([{role: 'WIKI', urls: ['http://wiki.test:8080']}]),
  'conf/gateway-site.xml': '<configuration/>',
  'data/services/wiki/1.0/service.xml': `<service role="WIKI" name="wiki" version="1.0"><routes><route path="/wiki/**?**">
<rewrite apply="WIKI/in" to="request.url"/><rewrite apply="WIKI/bodies" to="response.body"/></route></routes></service>`,
  'data/services/wiki/1.0/rewrite.xml': RULES.replace('</rules>', `${IN}</rules>`),
}

/** The lines that the manual shows under a command; `…` stands for others. */
function shownIn(text: string): readonly string[] {
  const [, , lines = ''] = /```console\n(\$ .*?gateway explain.*?)\n(.*?)```/s.exec(text) ?? []
  return lines.split('\n').filter(line => line !== '' && line !== '…')
}

test('explain tells of a page what the manual shows', async t => {
  const home = temporaryHome(t, {
    ...WIKI,
    'page.html': '<a href="http://wiki.test:8080/Home">Home</a> <a href="http://wiki.test:8081/Home">Other</a>',
  })
  const args = ['explain', 'GET', 'http://gw/gateway/t/wiki/Home', '--home', home]
  const {code, out} = await gateway([...args, '--type', 'text/html', '--body', join(home, 'page.html')])
  t.is(code, 0)
  t.deepEqual(out.split('\n').slice(-shownIn(REWRITING).length - 1, -1), shownIn(REWRITING))
})

test('explain tells of events what the manual shows', async t => {
  const args = ['explain', 'GET', '/gateway/t/wiki/sse', '--home', temporaryHome(t, WIKI)]
  const body = 'event: endpoint\ndata: /messages\n\nevent: debug\ndata: a\n\ndata: 1\n\n'
  const {out} = await gateway([...args, '--type', 'text/event-stream', '--body', '-'], {}, body)
  const shown = shownIn(page('cli.md'))
  t.is(shown.length, 3)
  t.true(out.includes(`${shown.join('\n')}\n`), out)
  t.regex(out, /^event +debug is dropped, by drop event="debug" \(.*:\d+\)$/m)
  t.regex(out, /^event +message stays$/m)
  t.regex(out, /^unused +apply path="\$\.links\[\*\]\.href" rule="WIKI\/path" \(.*:29\) finds nothing$/m)
})

test('explain names the allow by which an event of another type is dropped', async t => {
  const rules = WIKI['data/services/wiki/1.0/rewrite.xml'].replace('<drop event="debug"/>', '<allow event="endpoint"/>')
  const home = temporaryHome(t, {...WIKI, 'data/services/wiki/1.0/rewrite.xml': rules})
  const args = ['explain', 'GET', '/gateway/t/wiki/sse', '--home', home, '--type', 'text/event-stream', '--body', '-']
  const {out} = await gateway(args, {}, 'event: endpoint\ndata: a\n\nevent: debug\ndata: a\n\n')
  t.regex(out, /^event +debug is dropped, by allow event="endpoint" \(.*:\d+\)$/m)
  t.notRegex(out, /^event +endpoint is dropped/m)
})

const misused = test.macro({
  async exec(t, message: RegExp, args: readonly string[]) {
    const {code, err} = await gateway([
      'explain',
      'GET',
      '/gateway/t/wiki/a',
      '--home',
      temporaryHome(t, WIKI),
      ...args,
    ])
    t.is(code, 2)
    t.regex(err, message)
  },
  title: (_, message: RegExp) => `explain says: ${message.source}`,
})

test(misused, /--body needs --type/, ['--body', '-'])
test(misused, /--in-body needs -H 'Content-Type/, ['--in-body', '-'])
test(misused, /no such file/, ['--body', '/nowhere/a', '--type', 'text/html'])
test(misused, /It must be "Name: value"/, ['--out', 'Location'])
