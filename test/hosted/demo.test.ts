import {readFileSync} from 'node:fs'
import {get} from 'node:http'
import test from 'ava'
import {createParser, type EventSourceMessage} from 'eventsource-parser'
import type {Clock} from '../../gateway/common/clock.js'
import {demoPort, demoSource, startDemo} from '../../gateway/hosted/demo.js'

/** A clock that goes on only when told. */
function handClock(): Clock & {tick(): void} {
  let next: (() => void) | undefined
  return {
    now: () => 0,
    date: () => 0,
    after(_ms, then) {
      next = then
      return () => {
        next = undefined
      }
    },
    tick: () => next?.(),
  }
}

/** Opens the stream and gives what reads its next events. */
async function openStream(url: string, lastEventId?: string) {
  const events: EventSourceMessage[] = []
  let told = () => {}
  const parser = createParser({
    onEvent(event) {
      events.push(event)
      told()
    },
  })
  const headers = lastEventId === undefined ? {} : {'Last-Event-ID': lastEventId}
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) =>
    get(`${url}/events`, {headers}, resolve).on('error', reject),
  )
  response.setEncoding('utf8').on('data', chunk => parser.feed(chunk))
  response.on('error', () => {})
  return {
    response,
    async next(count: number) {
      while (events.length < count)
        await new Promise<void>(resolve => {
          told = resolve
        })
      return events.splice(0, count)
    },
  }
}

test('each second an event with an id, one in ten of a type of its own', async t => {
  const clock = handClock()
  const demo = await startDemo({clock})
  t.teardown(() => demo.close())
  const {response, next} = await openStream(demo.url)
  t.is(response.headers['content-type'], 'text/event-stream')
  for (let i = 0; i < 10; i++) clock.tick()
  const events = await next(10)
  const ids = events.map(({id}) => Number(id))
  t.deepEqual(
    ids,
    ids.map((_, i) => (ids[0] ?? 0) + i),
  )
  t.deepEqual(
    events.map(({id, event}) => [Number(id) % 10 === 0, event]),
    events.map(({id}) => (Number(id) % 10 === 0 ? [true, 'milestone'] : [false, undefined])),
  )
  t.true(events.every(({data}) => typeof JSON.parse(data).value === 'number'))
})

test('who comes back gets what came after the last event ID', async t => {
  const clock = handClock()
  const demo = await startDemo({clock})
  t.teardown(() => demo.close())
  const first = await openStream(demo.url)
  for (let i = 0; i < 5; i++) clock.tick()
  const ids = (await first.next(5)).map(({id}) => id)
  const second = await openStream(demo.url, ids[2])
  t.deepEqual(
    (await second.next(2)).map(({id}) => id),
    ids.slice(3),
  )
  clock.tick()
  t.is((await second.next(1))[0]?.id, (await first.next(1))[0]?.id)
})

test('the page needs nothing from elsewhere', async t => {
  const demo = await startDemo()
  t.teardown(() => demo.close())
  const response = await fetch(demo.url)
  t.is(response.headers.get('content-type'), 'text/html; charset=utf-8')
  const page = await response.text()
  t.notRegex(page, /(?:src|href)="(?!data:)/)
  t.regex(page, /new EventSource\(here \+ 'events'\)/)
})

test('the page says how to add a service as the README does', async t => {
  const demo = await startDemo()
  t.teardown(() => demo.close())
  const page = await (await fetch(demo.url)).text()
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
  const files = (text: string, form: RegExp) =>
    [...text.matchAll(form)].slice(0, 3).map(([, xml = '']) => xml.replace(/\s+/g, ' ').replaceAll('> <', '><').trim())
  const shown = files(page.replaceAll('&lt;', '<').replaceAll('&gt;', '>'), /<pre>(.*?)<\/pre>/gs)
  t.is(shown.length, 3)
  t.deepEqual(shown, files(readme, /```xml\n(.*?)```/gs))
})

test('other paths and methods are refused', async t => {
  const demo = await startDemo()
  t.teardown(() => demo.close())
  t.is((await fetch(`${demo.url}/other`)).status, 404)
  t.is((await fetch(`${demo.url}/events`, {method: 'POST'})).status, 405)
})

test('one of two demos with the same events loses its streams, and gives none for a while', async t => {
  const clock = handClock()
  const source = demoSource(clock)
  const one = await startDemo({clock, source})
  const other = await startDemo({clock, source})
  t.teardown(() => Promise.all([one.close(), other.close()]))
  const streams = await Promise.all([openStream(one.url), openStream(other.url)])
  clock.tick()
  const [[first], [second]] = await Promise.all([streams[0].next(1), streams[1].next(1)])
  t.is(first?.id, second?.id)
  t.deepEqual(
    [first, second].map(event => JSON.parse(event?.data ?? '').from),
    [one.url, other.url].map(url => Number(new URL(url).port)),
  )
  const lost = new Promise(resolve => streams[0].response.once('close', resolve))
  t.is((await fetch(`${one.url}/lose`, {method: 'POST'})).status, 204)
  await lost
  await t.throwsAsync(openStream(one.url, first?.id))
  clock.tick()
  t.is((await streams[1].next(1))[0]?.id, String(Number(first?.id) + 1))
})

test('a taken port is told', async t => {
  const demo = await startDemo()
  t.teardown(() => demo.close())
  await t.throwsAsync(startDemo({port: demoPort(demo.url) ?? 0}), {code: 'EADDRINUSE'})
})

const expects = test.macro({
  exec: (t, url: string, port: number | undefined) => t.is(demoPort(url), port),
  title: (_, url, port) => `a demo at ${url} is ${port === undefined ? "not the gateway's to start" : `at ${port}`}`,
})

test(expects, 'http://127.0.0.1:8444', 8444)
test(expects, 'http://127.0.0.1:8444/', 8444)
test(expects, 'http://demo.example:8444', undefined)
test(expects, 'https://127.0.0.1:8444', undefined)
test(expects, 'http://127.0.0.1:8444/base', undefined)
