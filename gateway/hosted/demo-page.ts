/** The demo's page: shows events as they arrive; needs nothing but itself and `events` beside it. */
export const demoPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Events through the gateway</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; --ink: #17202a; --soft: #5d6b7a; --line: #dde3ea; --paper: #f6f8fa; --card: #fff; --good: #13795b; --bad: #b3261e; --accent: #2457c5 }
  @media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --soft: #95a3b3; --line: #2b3540; --paper: #11161c; --card: #182029; --good: #4cc79c; --bad: #ff8a80; --accent: #84a9ff } }
  * { box-sizing: border-box }
  body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper) }
  main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem }
  h1 { font-size: 1.6rem; margin: 0 0 .25rem } h2 { font-size: 1.1rem; margin: 2.5rem 0 .5rem }
  p { margin: .25rem 0; color: var(--soft) }
  .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(max(9rem, 30%), 1fr)); gap: .75rem; margin: 1.5rem 0 }
  .card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem }
  .card dt { color: var(--soft); font-size: .8rem } .card dd { margin: 0; font-size: 1.3rem; font-variant-numeric: tabular-nums }
  button { font: inherit; color: var(--card); background: var(--accent); border: 0; border-radius: .5rem; padding: .5rem 1rem; cursor: pointer }
  dl { margin: 0 } .open { color: var(--good) } .connecting, .closed { color: var(--bad) }
  svg { width: 100%; height: 8rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; display: block; margin-top: .75rem }
  polyline { fill: none; stroke: var(--accent); stroke-width: 2; vector-effect: non-scaling-stroke }
  table { width: 100%; border-collapse: collapse; font: .85rem/1.4 ui-monospace, monospace } td, th { text-align: left; padding: .3rem .5rem; border-bottom: 1px solid var(--line) }
  th { color: var(--soft); font-weight: 500 } tr.milestone td { color: var(--accent) } .number { text-align: right }
  td, code { overflow-wrap: anywhere }
  pre { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; overflow-x: auto; font-size: .85rem } code { font-size: .9em }
</style>
<main>
  <h1>Events through the gateway</h1>
  <p>A service sends an event each second. They come here by way of <code id="address"></code>. There are two such services:
    lose the one that serves this page, and its stream goes on at the other. The page is not even disconnected.</p>
  <dl class="cards">
    <div class="card"><dt>connection</dt><dd id="state" role="status" class="connecting">connecting</dd></div>
    <div class="card"><dt>events received</dt><dd id="count">0</dd></div>
    <div class="card"><dt>since the one before</dt><dd id="gap">–</dd></div>
    <div class="card"><dt>last event ID</dt><dd id="last">–</dd></div>
    <div class="card"><dt>from the service at</dt><dd id="from">–</dd></div>
    <div class="card"><dt>times reconnected</dt><dd id="again">0</dd></div>
  </dl>
  <p><button id="lose">Lose this service</button> <span id="lost" role="status"></span></p>
  <svg viewBox="0 0 60 100" preserveAspectRatio="none" aria-label="values of the last 60 events"><polyline id="curve"></polyline></svg>
  <h2>Latest events</h2>
  <table><thead><tr><th>ID</th><th>type</th><th>data</th><th class="number">after</th></tr></thead><tbody id="events"></tbody></table>
  <h2>Put your own service here</h2>
  <p>Say where its requests go, in <code>data/services/ticker/1.0/service.xml</code>:</p>
  <pre>&lt;service role="TICKER" name="ticker" version="1.0"&gt;
  &lt;routes&gt;&lt;route path="/ticker/**?**"/&gt;&lt;/routes&gt;
  &lt;dispatch classname="org.apache.knox.gateway.sse.SSEDispatch" ha-classname="org.apache.knox.gateway.ha.dispatch.SSEHaDispatch"/&gt;
&lt;/service&gt;</pre>
  <p>how their addresses become the service's, in <code>rewrite.xml</code> beside it:</p>
  <pre>&lt;rules&gt;
  &lt;rule dir="IN" name="TICKER/ticker/inbound" pattern="*://*:*/**/ticker/{path=**}?{**}"&gt;
    &lt;rewrite template="{$serviceUrl[TICKER]}/{path=**}?{**}"/&gt;
  &lt;/rule&gt;
&lt;/rules&gt;</pre>
  <p>and where it listens, in <code>conf/topologies/demo.xml</code> beside the demo's own:</p>
  <pre>&lt;service&gt;
  &lt;role&gt;TICKER&lt;/role&gt;
  &lt;url&gt;http://127.0.0.1:9000&lt;/url&gt;
&lt;/service&gt;</pre>
  <p>The gateway takes it up at once; its streams are at <code id="own"></code>. A mistake is told where the gateway was started.</p>
</main>
<script>
  const at = id => document.getElementById(id)
  const here = location.origin + location.pathname.replace(/[/]?$/, '/')
  const source = new EventSource(here + 'events')
  const values = []
  let count = 0, opened = 0, before, lost
  at('address').textContent = here + 'events'
  at('own').textContent = here + 'ticker/…'
  const state = word => { at('state').textContent = word; at('state').className = word }
  source.onopen = () => { state('open'); at('again').textContent = opened++ }
  source.onerror = () => state(source.readyState === EventSource.CLOSED ? 'closed' : 'connecting')
  const show = event => {
    const now = performance.now()
    const gap = before === undefined ? '–' : Math.round(now - before) + ' ms'
    before = now
    at('count').textContent = ++count
    at('gap').textContent = gap
    at('last').textContent = event.lastEventId
    const {value, from} = JSON.parse(event.data)
    if (at('from').textContent === 'port ' + lost && from !== lost)
      at('lost').textContent = 'Port ' + lost + ' is lost for ten seconds. Event ' + event.lastEventId + ' came from port ' + from + '.'
    at('from').textContent = 'port ' + from
    values.push(value)
    if (values.length > 60) values.shift()
    at('curve').setAttribute('points', values.map((value, i) => i + ',' + (100 - value)).join(' '))
    const row = at('events').insertRow(0)
    row.className = event.type
    for (const text of [event.lastEventId, event.type, event.data, gap]) row.insertCell().textContent = text
    row.lastChild.className = 'number'
    if (at('events').rows.length > 10) at('events').deleteRow(10)
  }
  at('lose').onclick = () => {
    lost = Number(at('from').textContent.slice(5))
    fetch(here + 'lose', {method: 'POST'})
  }
  source.onmessage = show
  source.addEventListener('milestone', show)
</script>
</html>
`
