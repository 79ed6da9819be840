import type {IncomingMessage} from 'node:http'
import test, {type ExecutionContext} from 'ava'
import {served, service} from '../helpers/served.js'

const STANDBY = {RemoteException: {exception: 'StandbyException', message: 'Operation category READ is not supported'}}

/** A DataNode: keeps what is written, by its path, and gives it back. */
function dataNode(t: ExecutionContext, files: Map<string, string>, asked: string[]): Promise<string> {
  return service(t, async (request, response) => {
    const {pathname, searchParams} = new URL(request.url ?? '', 'http://host')
    asked.push(`${request.method} ${request.url}`)
    if (searchParams.get('op') === 'OPEN') return response.end(files.get(pathname))
    files.set(pathname, await textOf(request))
    return response.writeHead(201, {Location: `hdfs://cluster${pathname.replace('/webhdfs/v1', '')}`}).end()
  })
}

/** A NameNode: active, it sends readers and writers to a DataNode. */
function nameNode(t: ExecutionContext, dataUrl: string | undefined, files: Map<string, string>): Promise<string> {
  return service(t, async (request, response) => {
    const {pathname, search, searchParams} = new URL(request.url ?? '', 'http://host')
    const body = await textOf(request)
    const json = (status: number, value: unknown) =>
      response.writeHead(status, {'Content-Type': 'application/json'}).end(JSON.stringify(value))
    if (dataUrl === undefined) return json(403, STANDBY)
    if (searchParams.get('op') === 'LISTSTATUS') return json(200, {path: pathname, files: [...files.keys()]})
    const Location = `${dataUrl}${pathname}${search}&namenoderpcaddress=nn:8020`
    if (searchParams.get('noredirect') === 'true') return json(200, {Location})
    return response.writeHead(307, {Location, 'X-Got': `${body.length}`}).end()
  })
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** A cluster of a standby, an active NameNode and a DataNode, behind a gateway. */
async function cluster(t: ExecutionContext, lost?: string) {
  const files = new Map<string, string>()
  const asked: string[] = []
  const dataUrl = lost ?? (await dataNode(t, files, asked))
  const nameNodes = [await nameNode(t, undefined, files), await nameNode(t, dataUrl, files)]
  const urls = nameNodes.map(url => `${url}/webhdfs`)
  const options = {definition: 'webhdfs/1.0', role: 'WEBHDFS', urls, ha: 'failoverSleep=1'}
  const {url} = await served(t, options)
  const redirect = async (path: string, method: string, body?: string) => {
    const answer = await fetch(`${url}/webhdfs/v1${path}`, {method, redirect: 'manual', ...(body && {body})})
    return {status: answer.status, got: answer.headers.get('x-got'), location: answer.headers.get('location') ?? ''}
  }
  return {url, asked, dataUrl, redirect}
}

test('a file is written and read by way of the gateway; clients do not see the DataNode', async t => {
  const {url, asked, dataUrl, redirect} = await cluster(t)
  const {status, location, got} = await redirect('/a/b%20c?op=CREATE&overwrite=true', 'PUT', 'not yet')
  t.is(status, 307)
  t.is(got, '0')
  t.regex(location, /\/webhdfs\/data\/v1\/a\/b%20c\?_=[\w-]+$/)
  t.true(location.startsWith(url))
  t.false(location.includes(new URL(dataUrl).port))

  const written = await fetch(location, {method: 'PUT', body: 'text'})
  t.is(written.status, 201)
  t.is(written.headers.get('location'), `${url}/webhdfs/v1/a/b%20c`)
  t.deepEqual(asked, ['PUT /webhdfs/v1/a/b%20c?op=CREATE&overwrite=true&namenoderpcaddress=nn:8020'])

  t.is(await (await fetch(`${written.headers.get('location')}?op=OPEN`)).text(), 'text')
})

test('directories are listed by the active NameNode, the root too', async t => {
  const {url} = await cluster(t)
  for (const path of ['/', '/a/b'])
    t.like(await (await fetch(`${url}/webhdfs/v1${path}?op=LISTSTATUS`)).json(), {path: `/webhdfs/v1${path}`})
})

test('an address in JSON leads through the gateway too', async t => {
  const {url} = await cluster(t)
  const answer = await fetch(`${url}/webhdfs/v1/a?op=CREATE&noredirect=true`, {method: 'PUT'})
  const {Location} = (await answer.json()) as {Location: string}
  t.true(Location.startsWith(`${url}/webhdfs/data/v1/a?_=`))
  t.is((await fetch(Location, {method: 'PUT', body: 'text'})).status, 201)
})

const changed = test.macro({
  async exec(t, _: string, change: (location: string, dataUrl: URL) => string, status: number) {
    const {asked, dataUrl, redirect} = await cluster(t)
    const {location} = await redirect('/a?op=OPEN', 'GET')
    t.is((await fetch(change(location, new URL(dataUrl)))).status, status)
    t.deepEqual(asked, [])
  },
  title: (_, what) => `an address with ${what} reaches no DataNode`,
})

// what a client makes of the address it was given, status
test(changed, 'a changed query', location => location.replace(/_=./, found => (found === '_=A' ? '_=B' : '_=A')), 400)
test(changed, 'a query of its own', location => location.replace(/\?.*/, '?_=e30'), 400)
test(changed, 'no query', location => location.replace(/\?.*/, ''), 404)
test(
  changed,
  'a host of its own',
  (location, {port}) => location.replace(/\?.*/, `?scheme=http&host=127.0.0.1&port=${port}&op=OPEN`),
  404,
)

test('a DataNode that is down is told, and costs no NameNode its place', async t => {
  const {url, redirect} = await cluster(t, 'http://127.0.0.1:1')
  const {location} = await redirect('/a?op=OPEN', 'GET')
  t.is((await fetch(location)).status, 502)
  t.is((await fetch(`${url}/webhdfs/v1/a?op=LISTSTATUS`)).status, 200)
})

test('what is not below /webhdfs/v1 of a DataNode is out of reach', async t => {
  const {asked, redirect} = await cluster(t)
  const {location} = await redirect('/a?op=OPEN', 'GET')
  await fetch(location.replace('/data/v1/a', '/data/v1/conf'))
  t.deepEqual(asked, ['GET /webhdfs/v1/conf?op=OPEN&namenoderpcaddress=nn:8020'])
})
