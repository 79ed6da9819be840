import test from 'ava'
import {printProblem} from '../../../gateway/common/problem.js'
import {loadHome} from '../../../gateway/server/files/home.js'
import {type HomeText, site, temporaryHome} from '../../helpers/home.js'

const SERVICE = 'data/services/x/1.0/service.xml'
const REWRITE = 'data/services/x/1.0/rewrite.xml'
const TOPOLOGY = 'conf/topologies/t.xml'

const HOME: HomeText = {
  'conf/gateway-site.xml': site({'gateway.servlet.async.supported': 'true'}),
  [TOPOLOGY]: `<topology>
<gateway>
<provider><role>authentication</role><name>Anonymous</name><enabled>true</enabled></provider>
<provider><role>ha</role><name>HaProvider</name><enabled>true</enabled><param><name>X</name><value>enabled=true</value></param></provider>
</gateway>
<service>
<role>X</role>
<url>http://one:1</url>
</service>
</topology>`,
  [SERVICE]: `<service role="X" name="x" version="1.0">
<routes>
<route path="/x/**"/>
</routes>
<dispatch classname="org.apache.knox.gateway.sse.SSEDispatch" ha-classname="org.apache.knox.gateway.ha.dispatch.SSEHaDispatch"/>
</service>`,
  [REWRITE]: `<rules>
<rule dir="IN" name="X/in" pattern="*://*:*/**/x/{path=**}">
<rewrite template="{$serviceUrl[X]}/{path=**}"/>
</rule>
</rules>`,
}

const tells = test.macro({
  exec(t, file: string, from: string, to: string, expected: readonly string[]) {
    const text = HOME[file]?.replaceAll(from, to) ?? ''
    t.not(text, HOME[file])
    const {problems} = loadHome(temporaryHome(t, {...HOME, [file]: text}), {})
    t.deepEqual(
      problems.map(printProblem).map(line => line.replace(/;.*/, '')),
      expected,
    )
  },
  title: (_, file, from, to) => `one mistake, one fault: ${to} for ${from} in ${file}`,
})

const broken = (how: string) => `${TOPOLOGY}:6:1: consequence: definition-broken: X ${how}, which has faults`
const UNREAD = broken(`may be defined in ${SERVICE}`)
const DEFINED = broken(`is defined in ${SERVICE}:1`)

test('the home is sound before', t => {
  t.deepEqual(loadHome(temporaryHome(t, HOME), {}).problems, [])
})

test(tells, TOPOLOGY, 'role>X', 'rol>X', [`${TOPOLOGY}:7:7: xml-malformed: </role> closes <rol> of line 7`])
test(tells, TOPOLOGY, '<role>X</role>', '<rol>X</rol>', [
  `${TOPOLOGY}:7:1: element-unknown: unknown element <rol> in <service>: did you mean <role>?`,
])
test(tells, TOPOLOGY, 'service>', 'servce>', [
  `${TOPOLOGY}:6:1: element-unknown: unknown element <servce> in <topology>: did you mean <service>?`,
])
test(tells, TOPOLOGY, 'gateway>', 'gatway>', [
  `${TOPOLOGY}:2:1: element-unknown: unknown element <gatway> in <topology>: did you mean <gateway>?`,
])
test(tells, TOPOLOGY, 'authentication', 'authentification', [
  `${TOPOLOGY}:3:1: provider-unavailable: there is no provider authentification/Anonymous`,
])
test(tells, TOPOLOGY, '<name>X', '<name>Y', [
  `${TOPOLOGY}:4:72: warning: ha-role-unknown: the topology has no service with the role Y`,
])
test(tells, SERVICE, 'routes>', 'rutes>', [
  UNREAD,
  `${SERVICE}:2:1: element-unknown: unknown element <rutes> in <service>: did you mean <routes>?`,
])
test(tells, SERVICE, '<route ', '<rout ', [
  UNREAD,
  `${SERVICE}:3:1: element-unknown: unknown element <rout> in <routes>: did you mean <route>?`,
])
test(tells, SERVICE, 'path=', 'pth=', [
  UNREAD,
  `${SERVICE}:3:8: attribute-unknown: unknown attribute pth of <route>: did you mean path?`,
])
test(tells, SERVICE, 'role=', 'rol=', [
  UNREAD,
  `${SERVICE}:1:10: attribute-unknown: unknown attribute rol of <service>: did you mean role?`,
])
test(tells, SERVICE, 'sse.SSEDispatch', 'sse.SSEDispach', [
  `${SERVICE}:5:1: warning: dispatch-unavailable: there is no dispatch org.apache.knox.gateway.sse.SSEDispach`,
])
test(tells, REWRITE, '"IN"', '"INN"', [DEFINED, `${REWRITE}:2:7: value-invalid: the direction is "INN"`])
test(tells, REWRITE, '[X]', '[Xx]', [`${REWRITE}:3:1: warning: role-unknown: no service has the role Xx`])
test(tells, REWRITE, '"IN"', '"OUT"', [
  `${SERVICE}:3:1: warning: route-unfit: no rule makes an address of /x/**, whose requests are answered with 404: rewrite.xml has no rule of the direction IN`,
])

test('a definition whose rewrite.xml was forgotten is told of', t => {
  const {[REWRITE]: _, ...rest} = HOME
  t.deepEqual(loadHome(temporaryHome(t, rest), {}).problems.map(printProblem), [
    `${SERVICE}:3:1: warning: route-unfit: no rule makes an address of /x/**, whose requests are answered with 404: there is no rewrite.xml beside it`,
  ])
})

test(tells, TOPOLOGY, '<service>\n<role>X', '<service><role>KNOXTOKEN</role></service><service>\n<role>X', [
  `${TOPOLOGY}:6:1: warning: role-undefined: KNOXTOKEN is a service of Knox itself, which is not there`,
])

test(
  tells,
  TOPOLOGY,
  '<name>Anonymous</name><enabled>true</enabled>',
  '<name>ShiroProvider</name><enabled>true</enabled><param><name>redirectToUrl</name><value>/gateway/knoxsso/knoxauth/login.html</value></param><param><name>urls./**</name><value>authcBasic</value></param>',
  [`${TOPOLOGY}:3:87: param-invalid: redirectToUrl: the login form of KnoxSSO is not there`],
)
