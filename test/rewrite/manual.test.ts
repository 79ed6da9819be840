import {readFileSync} from 'node:fs'
import test from 'ava'
import {problems} from '../../gateway/common/problem.js'
import {readRewrite} from '../../gateway/descriptor/read-rewrite.js'
import {buildRewriter} from '../../gateway/rewrite/rewriter.js'
import {rewriteFunctions} from '../../gateway/server/live/rewrite-functions.js'
import {EventTransform} from '../../gateway/sse/event-transform.js'
import {parseXml} from '../../gateway/xml/parse-xml.js'
import {context, plan, testSealer} from './descriptors.js'

const PAGE = readFileSync(new URL('../../../docs/rewriting.md', import.meta.url), 'utf8')
const [rules = '', ...blocks] = [...PAGE.matchAll(/```(\w+)\n(.*?)```/gs)]
  .map(([, kind = '', text = '']) => ({kind, text}))
  .filter(({kind}) => kind !== 'console')

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  javascript: 'text/javascript',
  json: 'application/json',
  xml: 'application/xml',
  text: 'text/event-stream',
}

function route() {
  const found = problems()
  const root = parseXml('rewrite.xml', Buffer.from(rules === '' ? '' : rules.text), found)
  const rewrite = root && readRewrite('rewrite.xml', root, found)
  if (!rewrite) throw new Error(JSON.stringify(found.all))
  const {rules: all, filters} = rewrite
  const at = rewrite.at
  return buildRewriter(plan({role: 'WIKI', rules: all, filters}), rewriteFunctions, testSealer).route('WIKI', [
    {apply: 'WIKI/bodies', to: 'response.body', at},
  ])
}

test('the examples of docs/rewriting.md are true', t => {
  const told = {
    failed: (error: Error) => t.fail(error.message),
    broken: (_: number, why: string) => t.fail(why),
    unreadable: (what: string) => t.fail(what),
  }
  const about = context({frontend: {scheme: 'http', host: 'gw', port: '80', path: '/gateway/t'}})
  const {out} = route().messages.bodies
  t.is(blocks.length, 10)
  for (let i = 0; i + 1 < blocks.length; i += 2) {
    const [before, after] = [blocks[i], blocks[i + 1]]
    const type = TYPES[before?.kind ?? ''] ?? ''
    const text = before?.text ?? ''
    const change = out.of(type)
    if (change?.kind === 'events') {
      const transform = new EventTransform(change.change(about, 1000, told), 1000)
      t.is(Buffer.concat([transform.push(Buffer.from(text)), transform.end()]).toString(), after?.text ?? '-')
    } else {
      const editor = change?.kind === 'text' ? change.editor(about, 1000, told) : undefined
      t.is(editor ? editor.push(text) + editor.end() : '', after?.text ?? '-')
    }
  }
})
