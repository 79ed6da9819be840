import {existsSync, readdirSync, readFileSync} from 'node:fs'
import type {ExecutionContext} from 'ava'
import {agreesWithGolden, type GoldenCase} from './golden.js'
import {type HomeText, site, startGateway} from './home.js'
import {testLookup} from './lookup.js'
import type {Message} from './message.js'
import {rawClient} from './raw-client.js'
import {scriptedService} from './scripted-service.js'

/** A request or an answer as it was recorded. */
interface Recorded {
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

/** One exchange with Knox. */
export interface AuthCase extends GoldenCase {
  /** `role/name` of the provider that the case is about. */
  readonly provider: string
  readonly topology: string
  readonly name: string
  readonly request: Recorded & {readonly method: string; readonly target: string; readonly host: string}
  readonly backendResponse: string
  readonly backendSaw: readonly (Recorded & {readonly method: string; readonly target: string})[]
  readonly response: Recorded & {readonly status: number}
}

/** A difference from Knox that is meant, as `docs/knox.md` tells it. */
export interface Meant {
  readonly why: string
  /** Whether it explains that a case differs; `ours` is what the gateway did. */
  covers(golden: AuthCase, ours: Outcome): boolean
}

/** What became of a request; headers that every answer has, or that tell of the connection, are left out. */
export interface Outcome {
  readonly status: number
  readonly headers: readonly string[]
  readonly body: string
  readonly seen: readonly string[]
}

/** Where cases are recorded, with which topologies; what a case leaves out there. */
const RECORDS = {
  auth: {file: 'auth-behaviour.jsonl', folder: 'topologies-auth/', topology: /./},
  http: {file: 'http-behaviour.jsonl', folder: 'topologies/', topology: /^i/},
} as const

/** A case of `http-behaviour.jsonl` that is about providers. */
interface HttpCase extends GoldenCase {
  readonly name: string
  readonly topologyProviders?: string
  readonly request: Pick<AuthCase['request'], 'method' | 'target' | 'headers'>
  readonly backendSaw: readonly Omit<AuthCase['backendSaw'][number], 'body'>[]
  readonly response: AuthCase['response']
}

const wholeCase = (golden: HttpCase): AuthCase => ({
  ...golden,
  provider: 'http',
  topology: golden.request.target.split('/')[2] ?? '',
  request: {...golden.request, host: 'gw.test:8443', body: ''},
  backendResponse: 'default',
  backendSaw: golden.backendSaw.map(each => ({...each, body: ''})),
})

export interface AuthOptions {
  readonly meant?: readonly Meant[]
  /** Puts what runs here in the place of what ran then, such as the address of the directory. */
  readonly here?: (topology: string) => string
  readonly settings?: Readonly<Record<string, string>>
  /** Which cases of the provider; by default all. */
  readonly only?: (golden: AuthCase) => boolean
}

const KNOX = new URL('../../../../shared/knox/', import.meta.url)
const SERVICE = 'h1.test:19021'

/** Asks what Knox was asked of one provider, and compares who passed, as whom, what the service saw and the answer. */
export async function agreesWithKnox(t: ExecutionContext, provider: string, options: AuthOptions = {}): Promise<void> {
  const knox = await knoxHere(t, 'auth', options)
  if (knox === undefined) return
  const {only = () => true} = options
  await agreesWithGolden<AuthCase>(t, RECORDS.auth.file, knox.difference, {
    only: golden => golden.provider === provider && knox.serves(golden.topology) && only(golden),
    classOf: golden => golden.provider,
  })
  knox.tell()
}

/** The same of the cases of `http-behaviour.jsonl` that are about providers. */
export async function agreesOverHttp(t: ExecutionContext, options: AuthOptions = {}): Promise<void> {
  const knox = await knoxHere(t, 'http', options)
  if (knox === undefined) return
  await agreesWithGolden<HttpCase>(t, RECORDS.http.file, golden => knox.difference(wholeCase(golden)), {
    only: golden => golden.topologyProviders !== undefined && knox.serves(wholeCase(golden).topology),
    classOf: () => 'providers',
  })
  knox.tell()
}

/** What stands for Knox in a comparison. */
interface KnoxHere {
  readonly difference: (golden: AuthCase) => Promise<string | undefined>
  serves(topology: string): boolean
  /** Logs what differs as it is meant to; fails for what is said to differ and does not. */
  tell(): void
}

/** Undefined: skipped, which is told. */
async function knoxHere(
  t: ExecutionContext,
  record: keyof typeof RECORDS,
  options: AuthOptions,
): Promise<KnoxHere | undefined> {
  const {meant = [], here = (text: string) => text, settings = {}} = options
  const script = {answer: ''}
  const saw: string[] = []
  const service = await scriptedService(async connection => {
    for (;;) {
      const request = await connection.request()
      saw.push(...seenOf(request))
      await connection.send(script.answer)
    }
  })
  t.teardown(() => service.close())
  const local = (text: string) => text.replaceAll(SERVICE, `h1.test:${service.port}`)
  const gateway = await startGateway(
    t,
    homeOf(record, text => here(local(text)), settings),
    {lookup: testLookup},
  )
  const lacking = new Set(
    gateway.gateway.problems
      .filter(({code}) => code === 'provider-unavailable')
      .map(({at}) => at.file.replace(/^.*\/|\.xml$/g, '')),
  )
  // Most topologies need the same one.
  if (lacking.size > 100) {
    t.log(`skipped: ${lacking.size} topologies need a provider that is not there`)
    t.pass()
    return undefined
  }
  const sessions = new Map<string, string>()
  const met = new Map<Meant, number>(meant.map(each => [each, 0]))
  const difference = async (golden: AuthCase) => {
    script.answer = local(golden.backendResponse.startsWith('default') ? OK : golden.backendResponse)
    saw.length = 0
    const answer = await ask(gateway.port, withSession(golden.request, sessions))
    noteSession(golden, answer.headers, sessions)
    const ours: Outcome = {
      status: Number(answer.startLine.split(' ')[1]),
      headers: told(answer.headers),
      body: answer.body,
      seen: [...saw],
    }
    const found = differenceOf(golden, ours, local)
    const why = found === undefined ? undefined : meant.find(each => each.covers(golden, ours))
    if (why) met.set(why, (met.get(why) ?? 0) + 1)
    return why ? undefined : found
  }
  return {
    difference,
    serves: topology => !lacking.has(topology),
    tell() {
      for (const [{why}, count] of met) t.log(`${count} meant: ${why}`)
      if (lacking.size > 0) t.log(`${lacking.size} topologies need a provider that is not there`)
      else if (existsSync(KNOX)) for (const [{why}, count] of met) t.true(count > 0, `no case differs because ${why}`)
    },
  }
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok'

function homeOf(
  record: keyof typeof RECORDS,
  local: (text: string) => string,
  settings: AuthOptions['settings'] = {},
): HomeText {
  const {folder, topology} = RECORDS[record]
  const files: Record<string, string> = {'conf/gateway-site.xml': site(settings)}
  if (!existsSync(KNOX)) return files
  for (const name of readdirSync(new URL(folder, KNOX)).filter(each => topology.test(each)))
    files[`conf/topologies/${name}`] = local(readFileSync(new URL(`${folder}${name}`, KNOX), 'utf8'))
  for (const name of ['service.xml', 'rewrite.xml']) {
    const path = `services/plainsvc/1.0.0/${name}`
    files[`data/${path}`] = readFileSync(new URL(path, KNOX), 'utf8')
  }
  return files
}

async function ask(port: number, {method, target, host, headers, body}: AuthCase['request']): Promise<Message> {
  const client = await rawClient(port)
  const fields = [
    ['Host', host],
    ...headers,
    ...(body === '' ? [] : [['Content-Length', String(Buffer.byteLength(body))]]),
  ]
  const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  await client.send(`${method} ${target} HTTP/1.1\r\n${head}Connection: close\r\n\r\n${body}`)
  const answer = await client.response({bodiless: method === 'HEAD'})
  client.socket.destroy()
  return answer
}

const seenOf = ({startLine, headers, body}: Message): string[] => [
  `${plainTarget(startLine.replace(/ HTTP\/1\.1$/, ''))} | ${fieldsOf(headers, UNSEEN).join(', ')} | ${body}`,
]

/** Fields that differ from run to run or from client to client, and by which a client proved who it is: these end here. */
const UNSEEN =
  /^(?:sm_user|x-groups|x-remote-user|x-remote-groups|x-request-id|connection|user-agent|accept-encoding|content-length|transfer-encoding|keep-alive)$/i
const UNTOLD = /^(?:date|connection|content-length|transfer-encoding|keep-alive|server|expires)$/i

/** Cookies by which a client proved who it is end here as well. */
const withoutProof = (cookies: string) =>
  cookies
    .split(/; */)
    .filter(cookie => !/^(?:hadoop-jwt|mytok|mysso|KNOXSESSIONID|rememberMe)=/.test(cookie))
    .join('; ')

const told = (headers: readonly string[]) =>
  fieldsOf(headers, UNTOLD).map(field => field.replace(SESSION, '$1*').replace(/; Expires=[^;]*/, ''))

const SESSION = /(KNOXSESSIONID=)([^;]*)/

/** Sessions of then to those of now: a client comes back with the cookie that it was given. */
function noteSession({response}: AuthCase, headers: readonly string[], sessions: Map<string, string>): void {
  const [then, now] = [response.headers.flat(), headers].map(fields =>
    fields.map(field => SESSION.exec(field)?.[2]).find(found => found !== undefined),
  )
  if (then !== undefined && now !== undefined) sessions.set(then, now)
}

function withSession(request: AuthCase['request'], sessions: ReadonlyMap<string, string>): AuthCase['request'] {
  const now = (text: string) => [...sessions].reduce((changed, [from, to]) => changed.replaceAll(from, to), text)
  return {
    ...request,
    target: now(request.target),
    headers: request.headers.map(([name, value]) => [name, now(value)] as const),
  }
}

function fieldsOf(headers: readonly string[], left: RegExp): string[] {
  const fields = headers.flatMap((name, i) =>
    i % 2 === 0 && !left.test(name) ? [`${name.toLowerCase()}: ${headers[i + 1]}`] : [],
  )
  return fields.sort()
}

/** A space has two forms in a query, and an empty query none. */
const plainTarget = (target: string) => target.replace(/\?$/, '').replaceAll('+', '%20')

function differenceOf(golden: AuthCase, ours: Outcome, local: (text: string) => string): string | undefined {
  const {response, backendSaw, topology, name} = golden
  const passed = backendSaw.length > 0
  const own = (fields: readonly string[]) =>
    passed ? fields : fields.filter(field => !/^(?:content-type|cache-control):/.test(field))
  const seen = backendSaw.map(({method, target, headers, body}) => {
    const kept = headers.map(([field, value]) =>
      /^cookie$/i.test(field) ? [field, withoutProof(value)] : [field, value],
    )
    const fields = fieldsOf(
      kept
        .filter(([field = '', value]) => value !== '' || !/^cookie$/i.test(field))
        .flat()
        .map(local),
      UNSEEN,
    )
    return `${plainTarget(`${method} ${local(target)}`)} | ${fields.join(', ')} | ${body}`
  })
  const knox = {status: response.status, headers: own(told(response.headers.flat().map(local))), seen}
  const mine = {status: ours.status, headers: own(ours.headers), seen: ours.seen}
  if (JSON.stringify(knox) === JSON.stringify(mine)) return undefined
  return `${topology}, ${name}:\n    Knox ${JSON.stringify(knox)}\n    ours ${JSON.stringify(mine)}`
}
