import {existsSync} from 'node:fs'
import {request} from 'node:http'
import test, {type ExecutionContext} from 'ava'
import {testClock} from '../../helpers/clock.js'
import {freePort} from '../../helpers/free-port.js'
import {guarded, guardedHome, provider} from '../../helpers/guarded.js'
import {startGateway} from '../../helpers/home.js'
import {openIdProvider} from '../../helpers/openid-provider.js'

const oidc = (issuer: string, callback: string, more: Readonly<Record<string, string>> = {}) =>
  provider('federation', 'pac4j', {
    'pac4j.callbackUrl': callback,
    clientName: 'OidcClient',
    'oidc.id': 'gateway',
    'oidc.secret': 'secret',
    'oidc.discoveryUri': `${issuer}/.well-known/openid-configuration`,
    'oidc.scope': 'openid offline_access',
    'pac4j.groups_attribute': 'groups',
    ...more,
  })

interface Shown {
  readonly status: number
  /** Empty: none. */
  readonly location: string
  readonly body: string
  readonly url: string
}

/** A browser of which only cookies and redirects are left. */
class Browser {
  readonly #jar = new Map<string, string>()

  get(url: string): Promise<Shown> {
    return this.#ask(url, 'GET', '')
  }

  post(url: string, fields: Readonly<Record<string, string>>): Promise<Shown> {
    return this.#ask(url, 'POST', new URLSearchParams(fields).toString())
  }

  /** Follows redirects to a page. */
  async follow(first: string) {
    let answer = await this.get(first)
    while (answer.location !== '') answer = await this.get(answer.location)
    return answer
  }

  #cookies(url: string): string {
    const {port} = new URL(url)
    return [...this.#jar]
      .flatMap(([key, value]) => (key.startsWith(`${port} `) ? [`${key.slice(port.length + 1)}=${value}`] : []))
      .join('; ')
  }

  #ask(url: string, method: string, body: string): Promise<Shown> {
    const headers = {
      accept: 'text/html',
      cookie: this.#cookies(url),
      ...(body !== '' && {'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length}),
    }
    return new Promise((resolve, reject) => {
      const sent = request(url, {method, headers, agent: false}, async res => {
        this.#keep(new URL(url).port, res.headers['set-cookie'] ?? [])
        const chunks: Buffer[] = []
        for await (const chunk of res) chunks.push(chunk as Buffer)
        const {location} = res.headers
        resolve({
          status: res.statusCode ?? 0,
          location: location === undefined ? '' : new URL(location, url).href,
          body: Buffer.concat(chunks).toString(),
          url,
        })
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }

  #keep(port: string, fields: readonly string[]): void {
    for (const field of fields) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(field) ?? []
      if (/max-age=0|1970/i.test(field)) this.#jar.delete(`${port} ${name}`)
      else this.#jar.set(`${port} ${name}`, value)
    }
  }
}

async function scene(t: ExecutionContext, {lasts = 3600, more = {}} = {}) {
  const port = await freePort()
  const callback = `http://127.0.0.1:${port}/gateway/t/x/back`
  const openId = await openIdProvider(t, `${callback}?pac4jCallback=true&client_name=OidcClient`, lasts)
  const clock = testClock()
  const system = {...clock, date: () => Date.now() + clock.now()}
  const gateway = await guarded(t, oidc(openId.issuer, callback, more), {port, clock: system})
  return {...gateway, clock, openId, page: `http://127.0.0.1:${port}/gateway/t/x/page?a=%20b`}
}

/** From a page of the gateway to the same page, logged in. */
async function login(browser: Browser, page: string, user = 'alice') {
  const form = await browser.follow(page)
  const action = /action="([^"]+)"/.exec(form.body)?.[1] ?? ''
  const consent = await browser.post(new URL(action, form.url).href, {prompt: 'login', login: user, password: 'x'})
  const asked = await browser.follow(consent.location)
  const agreed = /action="([^"]+)"/.exec(asked.body)?.[1]
  if (agreed === undefined) return asked
  const {location} = await browser.post(new URL(agreed, asked.url).href, {prompt: 'consent'})
  return browser.follow(location)
}

test('a browser logs in, comes back to its page, and is known', async t => {
  const {page, ask, openId} = await scene(t)
  const browser = new Browser()
  const shown = await login(browser, page)
  t.deepEqual(openId.told, [])
  t.deepEqual([shown.status, shown.url, shown.body], [200, page, 'ok'])
  t.is((await browser.get(page)).status, 200)
  t.is((await ask('page')).status, 401, 'others are not')
})

test("the parameters that Knox's guide names go to the provider, and take nothing away", async t => {
  const more = {
    'oidc.customParamKey1': 'ui_locales',
    'oidc.customParamValue1': 'de',
    'oidc.customParamKey2': 'state',
    'oidc.customParamValue2': 'fixed',
    'oidc.maxClockSkew': '60',
    'oidc.useNonce': 'true',
  }
  const {page} = await scene(t, {more})
  const browser = new Browser()
  const {searchParams} = new URL((await browser.get(page)).location)
  t.is(searchParams.get('ui_locales'), 'de')
  t.not(searchParams.get('state'), 'fixed')
  t.is((await login(browser, page)).status, 200)
})

test('only pages that are shown lead to a login', async t => {
  const {ask} = await scene(t)
  const status = async (headers: readonly string[], method = 'GET') => (await ask('p', headers, method)).status
  t.is(await status(['Accept', 'text/html']), 302)
  t.is(await status(['Accept', 'text/html', 'Sec-Fetch-Mode', 'cors']), 401)
  t.is(await status(['Accept', 'text/event-stream']), 401)
  t.is(await status(['Accept', 'text/html'], 'POST'), 401)
})

test('a login is renewed when its time is over, and ends when the provider no longer knows it', async t => {
  const {page, clock, openId} = await scene(t, {lasts: 60})
  const browser = new Browser()
  t.is((await login(browser, page)).status, 200)
  clock.turn(61_000)
  t.is((await browser.get(page)).status, 200, 'renewed')
  t.is((await browser.get(page)).status, 200)
  await openId.stop()
  t.is((await browser.get(page)).status, 200, 'still its time')
  clock.turn(61_000)
  t.is((await browser.get(page)).status, 503)
})

test('what a page asks for at once is renewed once, since its refresh token counts once', async t => {
  const {page, clock, openId} = await scene(t, {lasts: 60})
  const browser = new Browser()
  t.is((await login(browser, page)).status, 200)
  for (const round of ['first', 'second']) {
    clock.turn(61_000)
    const answers = await Promise.all(Array.from({length: 5}, () => browser.get(page)))
    t.deepEqual(
      answers.map(({status}) => status),
      [200, 200, 200, 200, 200],
      round,
    )
  }
  t.deepEqual(openId.told, [])
})

test('cookies are as the params say', async t => {
  const more = {'pac4j.cookie.samesite': 'None', 'pac4j.session.store.exclude.groups': 'false'}
  const html = ['Accept', 'text/html']
  const {ask} = await scene(t, {more})
  t.regex(
    (await ask('p?pac4jLogout=true', html)).headers['set-cookie']?.[0] ?? '',
    /; Secure; HttpOnly; SameSite=None$/,
  )
  t.regex((await ask('p', html)).headers['set-cookie']?.[0] ?? '', /; HttpOnly; SameSite=Lax$/)
  const tls = await scene(t, {more: {'pac4j.session.store.secure.cookie': 'true'}})
  t.regex((await tls.ask('p', html)).headers['set-cookie']?.[0] ?? '', /; Secure; HttpOnly; SameSite=Lax$/)
})

test('a login lasts no longer than the params say', async t => {
  const {page, clock} = await scene(t, {more: {'pac4j.cookie.max.age': '30'}})
  const browser = new Browser()
  t.is((await login(browser, page)).status, 200)
  clock.turn(31_000)
  t.is((await browser.get(page)).status, 302)
})

test('a logout ends it', async t => {
  const {page} = await scene(t)
  const browser = new Browser()
  t.is((await login(browser, page)).status, 200)
  const out = await browser.get(`${page}&pac4jLogout=true`)
  t.is(out.status, 302)
  t.is((await browser.get(page)).status, 302)
})

test('a return counts once, in the browser that began', async t => {
  const {page, ask, accesses, gateway} = await scene(t)
  const browser = new Browser()
  const begun = await browser.get(page)
  const state = new URL(begun.location).searchParams.get('state') ?? ''
  t.is(new URL(begun.location).searchParams.get('code_challenge_method'), 'S256')
  const html = ['Accept', 'text/html']
  t.is((await ask(`back?pac4jCallback=true&state=${state}&code=x`, html)).status, 401, 'another browser')
  const back = page.replace(/page.*/, 'back?pac4jCallback=true')
  t.is((await browser.get(`${back}&state=other&code=x`)).status, 401, 'another state')
  t.is((await browser.get(`${back}&state=${state}&code=forged`)).status, 401, 'another code')
  t.is((await browser.get(`${back}&state=${state}&error=access_denied`)).status, 401, 'a refusal')
  await gateway.close()
  t.is(accesses.filter(line => JSON.stringify(line).includes('code=***')).length, 3, 'no code is in the log')
})

test('a provider that is down: 503', async t => {
  const {ask, openId} = await scene(t)
  await openId.stop()
  t.is((await ask('p', ['Accept', 'text/html'])).status, 503)
})

test('what is missing refuses the topology', async t => {
  const {gateway} = await startGateway(t, guardedHome(provider('federation', 'pac4j'), 'http://127.0.0.1:1'))
  t.is(gateway.problems.filter(({code}) => code === 'param-invalid').length, 3)
})

test('Chromium logs in', async t => {
  const chromium = '/usr/bin/chromium'
  if (!existsSync(chromium)) {
    t.log('skipped: there is no chromium here')
    t.pass()
    return
  }
  const {chromium: driver} = await import('playwright-core')
  const {page} = await scene(t)
  const browser = await driver.launch({executablePath: chromium, args: ['--no-sandbox']})
  t.teardown(() => browser.close())
  const tab = await browser.newPage()
  await tab.goto(page)
  await tab.fill('input[name=login]', 'alice')
  await tab.fill('input[name=password]', 'x')
  await tab.click('button[type=submit]')
  await tab.click('button[type=submit]')
  await tab.waitForURL(page)
  t.is(await tab.textContent('body'), 'ok')
  const cookies = await tab.context().cookies()
  const own = cookies.filter(({name}) => name === 'pac4jSession')
  t.deepEqual(
    own.map(({httpOnly, sameSite, path}) => [httpOnly, sameSite, path]),
    [[true, 'Lax', '/gateway/t']],
  )
})
