import {writeFileSync} from 'node:fs'
import {freePort} from '../helpers/free-port.js'
import {served} from '../helpers/served.js'
import {lineOf, started, until} from './program.js'
import type {Scene} from './scene.js'
import {assertSound, watchedPage} from './watched-page.js'

/** Debian's Prometheus, which scrapes itself: a query in its page, with a table and a graph. */
export async function prometheus(scene: Scene): Promise<void> {
  scene.see(lineOf('prometheus', '--version'))
  const address = `127.0.0.1:${await freePort()}`
  const {url} = await served(scene, {definition: 'prometheus/1.0', role: 'PROMETHEUS', urls: [`http://${address}`]})
  const configuration = `${scene.folder}/prometheus.yml`
  writeFileSync(
    configuration,
    `global: {scrape_interval: 1s}\nscrape_configs: [{job_name: own, static_configs: [{targets: ['${address}']}]}]\n`,
  )
  const options = [
    `--config.file=${configuration}`,
    `--storage.tsdb.path=${scene.folder}/data`,
    `--web.listen-address=${address}`,
    `--web.external-url=${url}/prometheus/`,
    '--web.route-prefix=/',
  ]
  await started(scene, ['prometheus', ...options], `http://${address}/-/ready`)
  await until(async () => (await valuesOf(`${url}/prometheus`, 'up')).includes('1'))
  // Debian's pages load Popper, a module, as a plain script.
  const watched = await watchedPage(scene, `${url}/prometheus/`, /Unexpected token 'export'|require Popper/)
  const {page} = watched
  await page.goto(`${url}/prometheus/graph?g0.expr=up&g0.tab=1`)
  await page.getByText('job="own"').first().waitFor()
  await watched.picture('prometheus-console')
  await page.goto(`${url}/prometheus/graph?g0.expr=up&g0.tab=0&g0.range_input=1m&g0.step_input=1`)
  await page.locator('.rickshaw_graph svg path').first().waitFor({state: 'attached'})
  await watched.picture('prometheus-graph')
  await page.getByText('Status').first().click()
  await page.getByText('Targets').first().click()
  await page.getByText('1/1 up').first().waitFor()
  await watched.picture('prometheus-targets')
  assertSound(watched)
}

/** Values of an instant query, by the gateway. */
async function valuesOf(base: string, query: string): Promise<readonly string[]> {
  const answer = await fetch(`${base}/api/v1/query?query=${query}`)
  const {data} = (await answer.json()) as {data: {result: {value: [number, string]}[]}}
  return data.result.map(({value}) => value[1])
}
