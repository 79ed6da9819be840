import {Client} from '@modelcontextprotocol/sdk/client/index.js'
import {SSEClientTransport} from '@modelcontextprotocol/sdk/client/sse.js'
import {McpServer} from '@modelcontextprotocol/sdk/server/mcp.js'
import {SSEServerTransport} from '@modelcontextprotocol/sdk/server/sse.js'
import test, {type ExecutionContext} from 'ava'
import {served, service} from '../helpers/served.js'

/** A server that knows no prefix, of one tool; gives its address behind the gateway, and notes the keys it was shown. */
async function behind(t: ExecutionContext, keys: (string | undefined)[] = []): Promise<string> {
  const transports = new Map<string, SSEServerTransport>()
  const url = await service(t, (request, response) => {
    const {pathname, searchParams} = new URL(request.url ?? '/', 'http://localhost')
    keys.push(request.headers.authorization)
    if (pathname === '/whole')
      response.writeHead(200, {'Content-Type': 'text/event-stream'}).end(`event: endpoint\ndata: ${url}/m?s=1\n\n`)
    else if (pathname === '/sse') {
      const mcp = new McpServer({name: 'old', version: '1.0.0'})
      mcp.tool('hello', async () => ({content: [{type: 'text', text: 'see /messages'}]}))
      const transport = new SSEServerTransport('/messages', response)
      transports.set(transport.sessionId, transport)
      void mcp.connect(transport)
    } else void transports.get(searchParams.get('sessionId') ?? '')?.handlePostMessage(request, response)
  })
  return `${(await served(t, {definition: 'mcp-sse/1.0', role: 'MCPSSE', urls: [url]})).url}/mcp-sse`
}

test('the SDK calls a tool of a server that knows no prefix', async t => {
  const keys: (string | undefined)[] = []
  const url = await behind(t, keys)
  const client = new Client({name: 'test', version: '1.0.0'})
  const headers = {Authorization: 'Bearer k'}
  const transport = new SSEClientTransport(new URL(`${url}/sse`), {requestInit: {headers}})
  await client.connect(transport as Parameters<Client['connect']>[0])
  t.teardown(() => client.close())
  const {content} = await client.callTool({name: 'hello', arguments: {}})
  t.deepEqual(content, [{type: 'text', text: 'see /messages'}])
  t.true(keys.includes('Bearer k'))
})

test('an address that names the server is led back too', async t => {
  const url = await behind(t)
  t.is(await (await fetch(`${url}/whole`)).text(), `event: endpoint\ndata: ${url}/m?s=1\n\n`)
})
