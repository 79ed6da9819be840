import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {freePort} from '../helpers/free-port.js'
import {type HomeText, site, startGateway, topology} from '../helpers/home.js'
import {lineOf, started, until} from './program.js'
import {played, type Scene} from './scene.js'
import {assertSound, watchedPage} from './watched-page.js'

const JOB = `
import sys
from pyspark.sql import SparkSession
spark = (SparkSession.builder.master('local[1]').appName('numbers').config('spark.ui.enabled', 'false')
         .config('spark.eventLog.enabled', 'true').config('spark.eventLog.dir', 'file:' + sys.argv[1]).getOrCreate())
spark.range(1000).selectExpr('id % 7 AS k').groupBy('k').count().collect()
spark.stop()
`

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url))

/** Spark's history server, by our definition and by Knox's own. */
export async function spark(scene: Scene): Promise<void> {
  const home = lineOf('python', '-c', 'import pyspark; print(pyspark.__path__[0])')
  scene.see(`Spark ${lineOf('python', '-c', 'import pyspark; print(pyspark.__version__)')}`)
  const log = `${scene.folder}/log`
  mkdirSync(log)
  writeFileSync(`${scene.folder}/job.py`, JOB)
  lineOf('python', `${scene.folder}/job.py`, log)
  const port = await freePort()
  const opts = `-Dspark.history.fs.logDirectory=file:${log} -Dspark.history.ui.port=${port} -Dspark.history.fs.update.interval=1s`
  await started(
    scene,
    [`${home}/bin/spark-class`, 'org.apache.spark.deploy.history.HistoryServer'],
    `http://127.0.0.1:${port}/`,
    {env: {...process.env, SPARK_HISTORY_OPTS: opts}},
  )
  // It reads its logs after it answers.
  const applications = () => fetch(`http://127.0.0.1:${port}/api/v1/applications`).then(answer => answer.text())
  await until(async () => (await applications()).includes('numbers'))
  const ours = filesOf(`${PROJECT}data/services/spark-history/1.0`)
  const theirs = filesOf(`${PROJECT}../shared/knox/services/sparkhistoryui/2.3.0`)
  for (const [name, files] of [
    ['spark-history', ours],
    ['sparkhistoryui', theirs],
  ] as const)
    await played(name, visit => visited(visit, name, files, `http://127.0.0.1:${port}`))
}

/** The list of applications, the jobs of one, one job, and its executors. */
async function visited(scene: Scene, name: string, definition: HomeText, service: string): Promise<void> {
  const {url} = await startGateway(scene, {
    ...definition,
    'conf/gateway-site.xml': site({}),
    'conf/topologies/t.xml': topology([{role: 'SPARKHISTORYUI', urls: [service]}]),
  })
  const watched = await watchedPage(scene, `${url}/t/sparkhistory/`)
  const {page} = watched
  await page.goto(`${url}/t/sparkhistory/`)
  const application = page.locator('#history-summary-table a').first()
  await application.waitFor()
  await watched.picture(`${name}-list`)
  await application.click()
  await page.locator('#completed-jobs, #completedJob-table').first().waitFor()
  await watched.picture(`${name}-jobs`)
  await page.locator('#completedJob-table a.name-link').first().click()
  await page.getByText('Details for Job').first().waitFor()
  await page.getByText('DAG Visualization').first().click()
  await page.locator('#dag-viz-graph svg g.node').first().waitFor({state: 'attached'})
  await watched.picture(`${name}-job`)
  await page.getByRole('link', {name: 'Executors', exact: true}).click()
  await page.locator('#active-executors-table td', {hasText: 'driver'}).first().waitFor()
  await page.getByText('Loading Executors Page').waitFor({state: 'detached'})
  await watched.picture(`${name}-executors`)
  assertSound(watched)
}

/** A definition's two files, where a home has them. */
function filesOf(folder: string): HomeText {
  const version = folder.split('/').slice(-2).join('/')
  const texts = readdirSync(folder).map(file => [
    `data/services/${version}/${file}`,
    readFileSync(`${folder}/${file}`, 'utf8'),
  ])
  return Object.fromEntries(texts)
}
