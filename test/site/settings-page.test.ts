import {readFileSync, writeFileSync} from 'node:fs'
import test from 'ava'
import {printParams} from '../../gateway/common/print-params.js'
import {printProvider} from '../../gateway/pipeline/print-provider.js'
import {catalogue} from '../../gateway/server/catalogue.js'
import {environmentName, settings} from '../../gateway/site/settings.js'
import {balancingParams, nameParams, stickinessParams} from '../../gateway/topology/balancing-params.js'
import {haParams, serviceParams} from '../../gateway/topology/service-params.js'

const page = (name: string) => new URL(`../../../docs/${name}`, import.meta.url)

/** Compares a page of the manual with what the tables say; `UPDATE_DOCS=1` writes it. */
const isCurrent = test.macro({
  exec(t, name: string, text: string) {
    const {UPDATE_DOCS} = process.env
    if (UPDATE_DOCS === '1') writeFileSync(page(name), text)
    t.is(readFileSync(page(name), 'utf8'), text, `docs/${name} is old: run the tests with UPDATE_DOCS=1`)
  },
  title: (_, name) => `docs/${name} says what the tables say`,
})

test(
  isCurrent,
  'settings.md',
  `# Settings

What \`conf/gateway-site.xml\` may set. A value may have a unit of its own (\`500ms\`, \`30s\`, \`5m\`; \`64k\`, \`1m\`); a bare
number is in the unit of the row. \`0\` means no limit for times and sizes.

\`\`\`xml
<configuration>
  <property><name>gateway.port</name><value>8443</value></property>
</configuration>
\`\`\`

A variable of the environment goes before the file: \`${environmentName('gateway.port')}\` for \`gateway.port\`, \`${environmentName('ssl.enabled')}\` for
\`ssl.enabled\`: upper case, \`_\` for dots, and \`GATEWAY_\` in front. Settings of Knox that are not in this table have no effect
and are told as a warning; any other name is a fault, and the gateway does not start. \`bin/gateway settings\` prints what holds and
where it came from. The \`gateway.sse.\` rows are defaults for [params of services](params.md). A gateway that runs takes up what is about topologies and their
services; what else has changed counts from the next start, and the log names it.

${printParams(settings)}
`,
)

test(
  isCurrent,
  'params.md',
  `# Params

## Of services

A \`<param>\` of a \`<service>\` in a topology goes before one of the \`<dispatch>\` that is used, that before \`gateway-site.xml\`.
A bare number is in the unit of the row.

${printParams(serviceParams)}

## Of HaProvider

The provider with the role \`ha\` has a param named after each service role; its value holds these, as \`name=value\` between
semicolons.

${printParams(haParams)}

## Of both

[Balancing](balancing.md) tells what they do. One of the service goes before one of HaProvider.

${printParams({...balancingParams, ...stickinessParams, ...nameParams})}
`,
)

test(
  isCurrent,
  'providers.md',
  `# Providers

What a \`<provider>\` of a topology may be: its role, its name and its params. Names of params count in any case; one with
a part in braces stands for all names of that shape. A provider or param that is not in these tables, and a value that cannot be
read, refuses the topology. They guard a request in this order: ${catalogue.providerRoles.map(role => `\`${role}\``).join(', ')}.

${catalogue.providers.map(printProvider).join('\n')}`,
)
