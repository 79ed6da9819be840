import test from 'ava'
import {printProblem} from '../../gateway/common/problem.js'
import {loadHome} from '../../gateway/server/files/home.js'
import {temporaryHome} from '../helpers/home.js'

/** What is told of one route and one rule. */
const tells = test.macro({
  exec(t, route: string, rule: string, expected: RegExp | undefined) {
    const home = temporaryHome(t, {
      'conf/topologies/t.xml':
        '<topology><gateway><provider><role>authentication</role><name>Anonymous</name><enabled>true</enabled></provider></gateway><service><role>X</role><url>http://x:1</url></service></topology>',
      'data/services/x/1.0/service.xml': `<service role="X" name="x" version="1.0"><routes>${route}</routes></service>`,
      'data/services/x/1.0/rewrite.xml': `<rules>${rule}</rules>`,
    })
    const told = loadHome(home, {}).problems.map(printProblem)
    if (expected === undefined) t.deepEqual(told, [])
    else {
      t.is(told.length, 1, told.join('\n'))
      t.regex(told[0] ?? '', expected)
    }
  },
  title: (_, route, rule) => `${route} with ${rule}`,
})

const ROUTE = '<route path="/x/**"><rewrite apply="X/in" to="request.url"/></route>'
const rule = (pattern: string, template: string) =>
  `<rule dir="IN" name="X/in" pattern="${pattern}"><rewrite template="${template}"/></rule>`
const to = (pattern: string) => rule(pattern, '{$serviceUrl[X]}/a')
const from = (path: string) => `<route path="${path}"><rewrite apply="X/in" to="request.url"/></route>`

test(tells, ROUTE, rule('*://*:*/**/x/{path=**}?{**}', '{$serviceUrl[X]}/{path=**}?{**}'), undefined)
test(
  tells,
  ROUTE,
  rule('*://*:*/**/x/{path=**}?{**}', '{$serviceUrl[X]}/{pth=**}?{**}'),
  /rewrite\.xml:1:\d+: warning: param-unbound: no pattern of the rule X\/in has \{pth\}.*did you mean path\?/,
)
test(tells, ROUTE, rule('*://*:*/**/x/{path=**}', '{$serviceUrl[X]}/{$prefix(other)}'), /param-unbound: .*\{other\}/)
test(tells, ROUTE, rule('*://{host}:*/**/x/{path=**}', '{$serviceUrl[X]}/{path=**}/{host}?q={absent}'), undefined)
test(tells, ROUTE, rule('*://*:*/**/x/**', '{$serviceUrl[X]}/{none=}/{cluster.name}'), undefined)
test(
  tells,
  ROUTE,
  '<rule dir="IN" name="X/in"><match pattern="*://*:*/**/x/{p=**}"><rewrite template="{$serviceUrl[X]}/{p=**}"/></match></rule>',
  undefined,
)

const unfit =
  /service\.xml:1:\d+: warning: route-unfit: no address of \S+ fits the pattern of the rule X\/in: its requests are answered with 404$/
test(tells, ROUTE, to('*://*:*/**/y/{path=**}'), unfit)
test(tells, ROUTE, to('*://*:*/**/x/y/**'), undefined)
test(tells, from('/x/y'), to('*://*:*/**/x/z'), unfit)
test(tells, from('/x/y'), to('*://*:*/**/x/y/z'), unfit)
test(tells, from('/x/{v=*}/y?**'), to('*://*:*/**/x/{a}/y?{**}'), undefined)
test(tells, from('/x/{v=*}/y'), to('*://*:*/gateway/*/x/a/y'), undefined)
test(tells, from('/x/{v=*}/y'), to('*://*:*/**/x/a/b/y'), unfit)
test(tells, from('/x/a*'), to('*://*:*/**/x/ab'), undefined)
test(
  tells,
  '<route path="/x/**"/>',
  to('*://*:*/**/y/**'),
  /route-unfit: no address of \/x\/\*\* fits the pattern of any rule: its requests are answered with 404$/,
)
