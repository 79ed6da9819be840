import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {createGateway, type Gateway, type GatewayOptions} from '../../gateway/index.js'
import type {Teardown} from './teardown.js'

/** Paths below a home to the text of the file. */
export type HomeText = Readonly<Record<string, string>>

/** Writes files below a folder. */
export function writeHome(home: string, files: HomeText): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), {recursive: true})
    writeFileSync(join(home, path), text)
  }
}

/** A home in a folder of its own, gone with the test. */
export function temporaryHome(t: Teardown, files: HomeText): string {
  const home = mkdtempSync(join(tmpdir(), 'gateway-home-'))
  t.teardown(() => rmSync(home, {recursive: true, force: true}))
  writeHome(home, files)
  return home
}

/** A gateway that listens, and what it told. */
export interface Running {
  readonly gateway: Gateway
  readonly home: string
  readonly port: number
  /** `http://127.0.0.1:1234/gateway` */
  readonly url: string
  /** Lines of the diagnostics. */
  readonly told: string[]
  /** Lines of the access log, parsed. */
  readonly accesses: Record<string, unknown>[]
}

/** Starts a gateway over these files on a free port; closed with the test. */
export async function startGateway(
  t: Teardown,
  files: HomeText,
  options: Partial<GatewayOptions> = {},
): Promise<Running> {
  const home = temporaryHome(t, files)
  const told: string[] = []
  const accesses: Record<string, unknown>[] = []
  const tell = (message: string, fields?: object) =>
    told.push(fields ? `${message} ${JSON.stringify(fields)}` : message)
  const gateway = createGateway({
    home,
    port: 0,
    host: '127.0.0.1',
    environment: {},
    watch: false,
    log: {info: tell, warn: tell, error: tell},
    access: text =>
      accesses.push(
        ...text
          .trim()
          .split('\n')
          .map(line => JSON.parse(line) as Record<string, unknown>),
      ),
    ...options,
  })
  t.teardown(() => gateway.close())
  const {url, port} = await gateway.listen()
  return {gateway, home, port, url, told, accesses}
}

const KNOX = 'org.apache.knox.gateway'

/** A definition that passes everything below `/{name}/` on to its service. */
export function definition(role: string, kind: 'plain' | 'sse' | 'ha' = 'plain'): HomeText {
  const name = role.toLowerCase()
  const dispatch = {
    plain: '',
    sse: `<dispatch classname="${KNOX}.sse.SSEDispatch" ha-classname="${KNOX}.ha.dispatch.SSEHaDispatch"/>`,
    ha: `<dispatch classname="${KNOX}.dispatch.ConfigurableDispatch" ha-classname="${KNOX}.ha.dispatch.ConfigurableHADispatch"/>`,
  }[kind]
  return {
    [`data/services/${name}/1.0/service.xml`]: `<service role="${role}" name="${name}" version="1.0"><routes>
<route path="/${name}/**"><rewrite apply="${role}/in" to="request.url"/></route>
<route path="/${name}/**?**"><rewrite apply="${role}/in" to="request.url"/></route></routes>${dispatch}</service>`,
    [`data/services/${name}/1.0/rewrite.xml`]: `<rules>
<rule dir="IN" name="${role}/in" pattern="*://*:*/**/${name}/{path=**}?{**}"><rewrite template="{$serviceUrl[${role}]}/{path=**}?{**}"/></rule>
<rule dir="OUT" name="${role}/out" pattern="*://*:*/base/{path=**}?{**}"><rewrite template="{$frontend[url]}/${name}/{path=**}?{**}"/></rule>
</rules>`,
  }
}

/** A topology of services, each a role, its URLs and whatever else stands in its element. */
export function topology(
  services: readonly {readonly role: string; readonly urls: readonly string[]; readonly more?: string}[],
  providers = '',
): string {
  const elements = services.map(
    ({role, urls, more = ''}) =>
      `<service><role>${role}</role>${urls.map(url => `<url>${url}</url>`).join('')}${more}</service>`,
  )
  return `<topology><gateway><provider><role>authentication</role><name>Anonymous</name><enabled>true</enabled></provider>
<provider><role>identity-assertion</role><name>Default</name><enabled>false</enabled></provider>${providers}</gateway>${elements.join('')}</topology>`
}

/** `gateway-site.xml` with these settings. */
export function site(settings: Readonly<Record<string, string>>): string {
  const properties = Object.entries(settings).map(
    ([name, value]) => `<property><name>${name}</name><value>${value}</value></property>`,
  )
  return `<configuration>${properties.join('')}</configuration>`
}
