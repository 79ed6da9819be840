import test from 'ava'
import {type HomeText, site, startGateway, topology} from '../helpers/home.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {fieldOf} from '../helpers/message.js'
import {ask, through} from './through.js'

assertNoLeaks(test)

const KNOX = 'org.apache.knox.gateway'

/** A definition of a streaming service below `/x/`, with a filter for its events. */
function streaming(parts: string): HomeText {
  return {
    'data/services/x/1.0/service.xml': `<service role="X" name="x" version="1.0"><routes>
<route path="/x/**"><rewrite apply="X/in" to="request.url"/><rewrite apply="X/events" to="response.body"/></route>
<route path="/x/**?**"><rewrite apply="X/in" to="request.url"/><rewrite apply="X/events" to="response.body"/></route></routes>
<dispatch classname="${KNOX}.sse.SSEDispatch" ha-classname="${KNOX}.ha.dispatch.SSEHaDispatch"/></service>`,
    'data/services/x/1.0/rewrite.xml': `<rules>
<rule dir="IN" name="X/in"><match pattern="*://*:*/**/x/{path=**}?{**}"/><rewrite template="{$serviceUrl[X]}/{path=**}?{**}"/></rule>
<rule dir="OUT" name="X/path"><match pattern="/{path=**}?{**}"/><rewrite template="{$frontend[path]}/x/{path=**}?{**}"/></rule>
<rule dir="OUT" name="X/id"><match pattern="{id=*}"/><rewrite template="gw/{id=*}"/></rule>
<rule dir="IN" name="X/id/back"><match pattern="gw/{id=*}"/><rewrite template="{id=*}"/></rule>
<filter name="X/events"><content type="text/event-stream">${parts}</content></filter></rules>`,
  }
}

/** What a client gets of a stream, and what the service was asked. */
async function streamed(
  t: Parameters<typeof through>[0],
  parts: string,
  events: string,
  fields: readonly string[] = [],
) {
  const {client, service} = await through(
    t,
    async connection => {
      const request = await connection.request()
      await connection.send(
        `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Id: ${fieldOf(request.headers, 'last-event-id')}\r\n\r\n`,
      )
      for (const char of events) await connection.send(char)
      connection.end()
    },
    {kind: 'sse', files: streaming(parts)},
  )
  const connected = await client()
  await connected.send(ask('/events', fields))
  const answer = await connected.response()
  await (await service.connection(0)).closed
  return answer
}

test('what rules say of events', async t => {
  const parts = `<apply event="endpoint" path="data" rule="X/path"/><apply event="*" path="$.links[*].href" rule="X/path"/><drop event="debug"/>`
  const events =
    ': hi\n\nevent: endpoint\ndata: /messages?id=1\n\nid: 1\nevent: debug\ndata: x\n\ndata: {"links": [{"href": "/a"}], "n": 1.0}\n\ndata: /b\n\n'
  const {body} = await streamed(t, parts, events)
  t.is(
    body,
    ': hi\n\nevent: endpoint\ndata: /gateway/t/x/messages?id=1\n\nid: 1\n\ndata: {"links": [{"href": "/gateway/t/x/a"}], "n": 1.0}\n\ndata: /b\n\n',
  )
})

test('of events only those that are allowed', async t => {
  const {body} = await streamed(
    t,
    '<allow event="a"/>',
    'event: a\ndata: 1\n\ndata: 2\n\n: c\n\nid: 3\nevent: b\ndata: 3\n\n',
  )
  t.is(body, 'event: a\ndata: 1\n\n: c\n\nid: 3\n\n')
})

test('what the gateway itself has to say passes, whatever they allow', async t => {
  const {client} = await through(
    t,
    async connection => {
      await connection.request()
      await connection.send(
        'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 99\r\n\r\nevent: a\ndata: 1\n\nevent: b\ndata: 2\n\ndata: ha',
      )
      connection.end()
    },
    {
      kind: 'sse',
      files: streaming('<allow event="a"/>'),
      params: {'sse.on.loss': 'event:error lost', 'sse.retry': '5'},
    },
  )
  const connected = await client()
  await connected.send(ask('/events'))
  const {body} = await connected.response()
  t.is(body, 'retry: 5\n\nevent: a\ndata: 1\n\nevent: error\ndata: lost\n\n')
})

test('IDs are rewritten with the rule that undoes it', async t => {
  const parts = '<apply event="*" path="id" rule="X/id" inverse="X/id/back"/>'
  const {headers, body} = await streamed(t, parts, 'id: 7\ndata: x\n\n', ['Last-Event-ID: gw/7'])
  t.is(fieldOf(headers, 'x-id'), '7')
  t.is(body, 'id: gw/7\ndata: x\n\n')
})

test('a rule for IDs without one that undoes it is refused', async t => {
  const {told, gateway} = await startGateway(t, {
    ...streaming('<apply event="*" path="id" rule="X/id"/>'),
    'conf/gateway-site.xml': site({}),
    'conf/topologies/t.xml': topology([{role: 'X', urls: ['http://127.0.0.1:1']}]),
  })
  t.deepEqual(Object.keys(gateway.plan.topologies), [])
  t.truthy(
    told.find(line => line.includes('has no attribute inverse')),
    told.join('\n'),
  )
})
