import {once} from 'node:events'
import type {IncomingMessage, ServerResponse} from 'node:http'
import test from 'ava'
import {startChromium} from '../helpers/chromium.js'
import {type HomeText, site, startGateway, topology} from '../helpers/home.js'
import {service} from '../helpers/served.js'

/** A definition of a service that knows no prefix and names itself in every way there is. */
const FILES: HomeText = {
  'data/services/w/1.0/service.xml': `<service role="W" name="w" version="1.0"><routes><route path="/w/**?**">
<rewrite apply="W/in" to="request.url"/><rewrite apply="W/headers" to="response.headers"/><rewrite apply="W/cookies" to="response.cookies"/>
<rewrite apply="W/bodies" to="response.body"/><rewrite apply="W/forms" to="request.body"/></route></routes>
<dispatch classname="org.apache.knox.gateway.dispatch.PassAllHeadersDispatch"/></service>`,
  'data/services/w/1.0/rewrite.xml': `<rules>
<rule dir="IN" name="W/in"><match pattern="*://*:*/**/w/{path=**}?{**}"/><rewrite template="{$serviceUrl[W]}/{path=**}?{**}"/></rule>
<rule dir="IN" name="W/back"><match pattern="/**/w/{path=**}?{**}"/><rewrite template="/{path=**}?{**}"/></rule>
<rule dir="OUT" name="W/out" flow="OR">
<match pattern="/{path=**}?{**}"><rewrite template="{$frontend[path]}/w/{path=**}?{**}"/></match>
<match pattern="*://*:*/{path=**}?{**}"><rewrite template="{$frontend[url]}/w/{path=**}?{**}"/></match></rule>
<filter name="W/headers"><content type="application/x-http-headers"><apply path="Location" rule="W/out"/><apply path="Link" rule="W/out"/></content></filter>
<filter name="W/cookies"><content type="application/x-http-cookies"><apply path="*" rule="W/out"/></content></filter>
<filter name="W/forms"><content type="application/x-www-form-urlencoded"><apply path="next" rule="W/back"/></content></filter>
<filter name="W/bodies">
<content type="*/html"><apply path="(?:http://127[^&quot;'\\s]*)?/a/[\\w./?=&amp;;-]*" rule="W/out"/></content>
<content type="*/css"><apply path="/a/[\\w./]*" rule="W/out"/></content>
<content type="*/javascript"><apply path="/a/[\\w./]*" rule="W/out"/></content>
<content type="*/json"><apply path="$..href" rule="W/out"/></content>
<content type="*/xml"><apply path="/list/item/@href" rule="W/out"/></content>
<content type="text/event-stream"><apply event="*" path="$.href" rule="W/out"/></content>
</filter></rules>`,
}

const page = (own: string) => `<!DOCTYPE html><html><head><title>whole</title>
<link rel=stylesheet href="/a/style.css"><link rel="preload" as="image" imagesrcset="/a/preload.png 1x" href="/a/preload.png">
<style>@import "/a/import.css"; #s { background: url(/a/style-element.png) }</style>
<script src='/a/script.js' defer></script></head><body onload="fetch('/a/onload')">
<a id="absolute" href="${own}/a/absolute?x=1&amp;y=2">a</a> <a id=unquoted href=/a/unquoted>b</a>
<p id=s>s</p><p id=c>c</p><p style="background: url('/a/style-attribute.png')">p</p>
<img src="/a/one.png" srcset="/a/one.png 1x, /a/two.png 2x"><picture><source srcset="/a/source.webp, /a/source2.webp 2x"><img src="/a/fallback.png"></picture>
<iframe src="/a/frame"></iframe><object data="/a/object.svg" type="image/svg+xml"></object><video poster="/a/poster.png"></video>
<form method=post action="/a/form"><input name=next value="/a/after"><input name=note value="/a/note"><button>go</button></form>
<script>fetch("/a/inline"); fetch("/a/list.json").then(r => r.json()).then(({items}) => items.forEach(({href}) => fetch(href)));
fetch("/a/list.xml").then(r => r.text()).then(text => fetch(new DOMParser().parseFromString(text, 'text/xml').querySelector('item').getAttribute('href')));
new EventSource("/a/events").onmessage = ({data, target}) => { target.close(); fetch(JSON.parse(data).href) };</script></body></html>`

/** All that the page's own links lead to; nothing else is served. */
function answers(own: string): Readonly<Record<string, readonly [type: string, body: string]>> {
  return {
    '/a/page': ['text/html', page(own)],
    '/a/frame': ['text/html', '<meta http-equiv="refresh" content="0; url=/a/refreshed">'],
    '/a/style.css': [
      'text/css',
      '#c { background: url("/a/style-sheet.png") } @font-face { font-family: f; src: url(/a/font.woff) }',
    ],
    '/a/import.css': ['text/css', 'body { background: url(/a/imported.png); font-family: f }'],
    '/a/script.js': ['text/javascript', 'fetch("/a/from-script"); import("/a/module.js")'],
    '/a/module.js': ['text/javascript', 'navigator.sendBeacon("/a/beacon")'],
    '/a/list.json': ['application/json', `{"items": [{"href": "/a/json"}, {"href": "${own}/a/json-absolute"}]}`],
    '/a/list.xml': ['application/xml', '<list><item href="/a/xml"/></list>'],
    '/a/events': ['text/event-stream', 'data: {"href": "/a/event"}\n\n'],
    '/a/moved': ['text/html', '<title>moved</title>'],
    '/a/after': ['text/html', '<title>after</title>'],
    '/a/absolute': ['text/html', '<title>absolute</title>'],
    '/a/unquoted': ['text/html', '<title>unquoted</title>'],
  }
}

/** Of these nothing is sent when they have no such type. */
const EMPTY = ['text/plain', ''] as const

/** Every path that the page alone leads to; of a srcset the browser takes one. */
const LED = [
  'page',
  'style.css',
  'import.css',
  'style-element.png',
  'style-attribute.png',
  'style-sheet.png',
  'imported.png',
  'font.woff',
  'preload.png',
  'script.js',
  'module.js',
  'from-script',
  'onload',
  'inline',
  'beacon',
  'one.png',
  'source.webp',
  'frame',
  'refreshed',
  'object.svg',
  'poster.png',
  'list.json',
  'json',
  'json-absolute',
  'list.xml',
  'xml',
  'events',
  'event',
]

test('a page that knows no prefix works in Chromium, and asks for nothing outside of it', async t => {
  t.timeout(240_000)
  const asked: string[] = []
  const forms: string[] = []
  const missing = () => LED.filter(path => !asked.includes(`/a/${path}`))
  let gotWhole = () => {}
  const whole = new Promise<void>(resolve => {
    gotWhole = resolve
  })
  const own = await service(t, async (request: IncomingMessage, response: ServerResponse) => {
    const [path = ''] = (request.url ?? '').split('?')
    asked.push(request.url ?? '')
    if (missing().length === 0) gotWhole()
    if (request.method === 'POST' && path === '/a/form') {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      forms.push(`${Buffer.concat(chunks)} ${request.headers.cookie}`)
      response.writeHead(303, {Location: `http://${request.headers.host}/a/after?x=1`}).end()
      return
    }
    const [type, body] = answers(own)[path] ?? EMPTY
    response.writeHead(200, {'Content-Type': type, ...(path === '/a/page' && {'Set-Cookie': 'c=1; Path=/a; HttpOnly'})})
    response.end(body)
  })
  const {url} = await startGateway(t, {
    ...FILES,
    'conf/gateway-site.xml': site({}),
    'conf/topologies/t.xml': topology([{role: 'W', urls: [own]}]),
  })
  const browser = await startChromium(t)
  if (browser === undefined) {
    t.log('skipped: no chromium on PATH')
    t.pass()
    return
  }
  const tab = await browser.newPage()
  tab.setDefaultTimeout(120_000)
  const prefix = `${url}/t/w/a/`
  const outside: string[] = []
  tab.on('request', request => request.url().startsWith(prefix) || outside.push(request.url()))
  await tab.goto(`${prefix}page`)
  await Promise.race([whole, once(AbortSignal.timeout(90_000), 'abort')])
  t.deepEqual(missing(), [])
  t.deepEqual(outside, [])

  await tab.goto(`${prefix}page`)
  await tab.locator('#absolute').click()
  await tab.waitForFunction('document.title === "absolute"')
  t.true(asked.includes('/a/absolute?x=1&y=2'))
  await tab.goto(`${prefix}page`)
  await tab.locator('button').click()
  await tab.waitForFunction('document.title === "after"')
  t.is(tab.url(), `${prefix}after?x=1`)
  t.deepEqual(forms, ['next=%2Fa%2Fafter&note=%2Fgateway%2Ft%2Fw%2Fa%2Fnote c=1'])
  t.deepEqual(outside, [])
})
