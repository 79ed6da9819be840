import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import test from 'ava'
import fc from 'fast-check'
import {problems} from '../../gateway/common/problem.js'
import {cutPlain, cutUrl, printUrl, type RequestUrl} from '../../gateway/common/request-url.js'
import {readRewrite} from '../../gateway/descriptor/read-rewrite.js'
import type {RuleDescriptor, StepDescriptor} from '../../gateway/descriptor/rewrite-descriptor.js'
import {compileRule, type Rule, rewritingOf} from '../../gateway/rewrite/compile-rule.js'
import {rewriteDirectly, rewriteToText} from '../../gateway/rewrite/direct-rule.js'
import {hostMap} from '../../gateway/rewrite/host-map.js'
import {callable} from '../../gateway/rewrite/rule-template.js'
import {rewriteFunctions} from '../../gateway/server/live/rewrite-functions.js'
import type {Evaluate} from '../../gateway/template/expand.js'
import {parseXml} from '../../gateway/xml/parse-xml.js'
import {context, testSealer} from './descriptors.js'

const SERVICES = fileURLToPath(new URL('../../../../shared/knox/services', import.meta.url))
const functions = callable(rewriteFunctions)
const facts = {direction: 'in', topology: 'sandbox', gatewayName: 'gateway', hosts: hostMap({})} as const
const exchange = context({serviceUrl: role => `http://${role.toLowerCase()}:8080/base`})
const evaluate: Evaluate = (name, args) => functions.get(name)?.evaluate(args, exchange, facts) ?? []

/** All rules of Knox's services, each text once. */
function knoxRules(): readonly RuleDescriptor[] {
  const paths = readdirSync(SERVICES, {recursive: true, encoding: 'utf8'}).filter(path => path.endsWith('rewrite.xml'))
  const rules = paths.flatMap(path => {
    const told = problems()
    const root = parseXml(path, readFileSync(`${SERVICES}/${path}`), told)
    return (root && readRewrite(path, root, told)?.rules) ?? []
  })
  return [...new Map(rules.map(rule => [JSON.stringify({...rule, at: undefined}), rule])).values()]
}

function patternsOf({pattern, steps}: RuleDescriptor): readonly string[] {
  const patternOf = (step: StepDescriptor) => (step.kind === 'match' ? [step.pattern ?? ''] : [])
  return pattern === undefined ? steps.flatMap(patternOf) : [pattern]
}

const some = fc.constantFrom('a', 'a%20b', 'c.html', 'x/y', 'a//b', '')

/** A URL that fits a pattern, or nearly: its `**` and `*` are filled, then some slashes are added, or segments left out. */
const near = (pattern: string) =>
  fc
    .tuple(
      fc.array(some, {minLength: 12, maxLength: 12}),
      fc.constantFrom('', '', '/', '//', '/more'),
      fc.constantFrom('', '', '?', '?q=1', '?q=1&r=a%20b'),
      fc.constantFrom(0, 0, 0, 1, 2),
    )
    .map(([fill, end, query, left]) => {
      const [shape = ''] = pattern.replace(/\*:\/\/\*:\*/, 'http://h:1').split('?')
      const path = shape.replace(/\{[^}]*\}|\*+/g, (_, at: number) => fill[at % fill.length] ?? '')
      return `${left === 0 ? path : path.split('/').toSpliced(3, left).join('/')}${end}${query}`
    })

function generally(rule: Rule, url: RequestUrl): string | false | undefined {
  const rewriting = rewritingOf(url, evaluate, testSealer)
  return rule.run(rewriting) && rewriting.text
}

test("what is done directly by Knox's rules is what the general way does", t => {
  if (!existsSync(SERVICES)) {
    t.log('skipped: there is no ../shared/knox')
    t.pass()
    return
  }
  const rules = knoxRules().map(each => ({each, live: compileRule(each, functions)}))
  const direct = rules.filter(({live}) => live.direct !== undefined)
  let done = 0
  for (const {each, live} of direct) {
    const texts = fc.constantFrom(...patternsOf(each)).chain(near)
    fc.assert(
      fc.property(texts, text => {
        const url = cutUrl(text)
        const made = url && live.direct && rewriteDirectly(live.direct, url, exchange, facts)
        if (made) done++
        if (url && made !== undefined)
          t.deepEqual([each.name, text, made && printUrl(made)], [each.name, text, generally(live, url)])
        const plain = cutPlain(text)
        const madeText = plain && live.direct && rewriteToText(live.direct, plain, exchange, facts)
        if (madeText) done++
        if (plain && madeText !== undefined)
          t.deepEqual([each.name, text, madeText], [each.name, text, generally(live, plain)])
      }),
      {numRuns: 25, seed: 7},
    )
  }
  t.log(`${direct.length} of ${rules.length} rules are direct; ${done} addresses were made by them`)
  t.true(direct.length > 400 && done > 8000)
})
