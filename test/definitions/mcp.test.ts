import {randomUUID} from 'node:crypto'
import type {IncomingMessage, ServerResponse} from 'node:http'
import {Client} from '@modelcontextprotocol/sdk/client/index.js'
import {StreamableHTTPClientTransport} from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import {Server} from '@modelcontextprotocol/sdk/server/index.js'
import {StreamableHTTPServerTransport} from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import {
  CallToolRequestSchema,
  ListToolsRequestSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import test, {type ExecutionContext} from 'ava'
import {served, service} from '../helpers/served.js'

interface Sessions {
  readonly open: Map<string, StreamableHTTPServerTransport>
  readonly servers: Server[]
  readonly methods: string[]
}

/** A server of one tool, which tells its progress and then adds. */
function adder(): Server {
  const server = new Server({name: 'adder', version: '1'}, {capabilities: {tools: {listChanged: true}}})
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: [{name: 'add', inputSchema: {type: 'object' as const}}],
  }))
  server.setRequestHandler(CallToolRequestSchema, async ({params}, {sendNotification}) => {
    const progressToken = params._meta?.progressToken
    if (progressToken !== undefined)
      for (const progress of [1, 2])
        await sendNotification({method: 'notifications/progress', params: {progressToken, progress}})
    const {a, b} = params.arguments ?? {}
    return {content: [{type: 'text' as const, text: String(Number(a) + Number(b))}]}
  })
  return server
}

const listener =
  ({open, servers, methods}: Sessions) =>
  async (request: IncomingMessage, response: ServerResponse) => {
    methods.push(`${request.method} ${request.url}`)
    const id = request.headers['mcp-session-id']
    const known = typeof id === 'string' ? open.get(id) : undefined
    if (known) return known.handleRequest(request, response)
    if (id !== undefined) return response.writeHead(404).end()
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: session => void open.set(session, transport),
      onsessionclosed: session => void open.delete(session),
    })
    const server = adder()
    servers.push(server)
    await server.connect(transport as Parameters<Server['connect']>[0])
    return transport.handleRequest(request, response)
  }

async function connected(t: ExecutionContext) {
  const sessions: Sessions = {open: new Map(), servers: [], methods: []}
  const url = await service(t, listener(sessions))
  const gateway = await served(t, {definition: 'mcp/1.0', role: 'MCP', urls: [`${url}/mcp`]})
  const client = new Client({name: 'test', version: '1'})
  let listens = () => {}
  const listening = new Promise<void>(resolve => {
    listens = resolve
  })
  const transport = new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`), {
    async fetch(url, init) {
      const response = await fetch(url, init)
      if (init?.method === 'GET') listens()
      return response
    },
  })
  await client.connect(transport as Parameters<Client['connect']>[0])
  t.teardown(() => client.close())
  return {client, transport, sessions, listening}
}

test('a session: tools listed, called with progress, ended', async t => {
  const {client, transport, sessions} = await connected(t)
  t.is(typeof transport.sessionId, 'string')
  t.deepEqual(
    (await client.listTools()).tools.map(({name}) => name),
    ['add'],
  )
  const progress: number[] = []
  const answer = await client.callTool({name: 'add', arguments: {a: 2, b: 3}}, undefined, {
    onprogress: told => progress.push(told.progress),
  })
  t.deepEqual(answer.content, [{type: 'text', text: '5'}])
  t.deepEqual(progress, [1, 2])
  await transport.terminateSession()
  t.is(sessions.open.size, 0)
  t.true(sessions.methods.includes('DELETE /mcp'))
})

test('what the server says of itself arrives on the stream of GET', async t => {
  const {client, sessions, listening} = await connected(t)
  const changed = new Promise<void>(resolve =>
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve()),
  )
  await listening
  await sessions.servers[0]?.sendToolListChanged()
  await t.notThrowsAsync(changed)
  t.true(sessions.methods.includes('GET /mcp'))
})

test('with several servers each session stays with its own', async t => {
  const all: Sessions[] = [1, 2, 3].map(() => ({open: new Map(), servers: [], methods: []}))
  const urls = await Promise.all(all.map(async each => `${await service(t, listener(each))}/mcp`))
  const gateway = await served(t, {definition: 'mcp/1.0', role: 'MCP', urls, ha: 'enableLoadBalancing=true'})
  for (const sessions of all) {
    const client = new Client({name: 'test', version: '1'})
    const transport = new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`))
    await client.connect(transport as Parameters<Client['connect']>[0])
    t.teardown(() => client.close())
    const before = sessions.methods.length
    for (let i = 0; i < 4; i++) t.is((await client.listTools()).tools.length, 1)
    t.true(sessions.methods.length >= before + 4)
    const [id = ''] = sessions.open.keys()
    t.regex(transport.sessionId ?? '', new RegExp(`^${id}\\.[\\w-]+$`))
  }
})

test('an unknown session is the 404 of the service', async t => {
  const sessions: Sessions = {open: new Map(), servers: [], methods: []}
  const url = await service(t, listener(sessions))
  const gateway = await served(t, {definition: 'mcp/1.0', role: 'MCP', urls: [`${url}/mcp`]})
  const answer = await fetch(`${gateway.url}/mcp`, {
    method: 'POST',
    headers: {
      'Mcp-Session-Id': 'gone',
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
    },
    body: '{}',
  })
  t.is(answer.status, 404)
  t.deepEqual(sessions.methods, ['POST /mcp'])
})
