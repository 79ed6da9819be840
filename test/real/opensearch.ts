import {strict as assert} from 'node:assert'
import {execFile} from 'node:child_process'
import {promisify} from 'node:util'
import {freePort} from '../helpers/free-port.js'
import {served} from '../helpers/served.js'
import {started} from './program.js'
import type {Scene} from './scene.js'

/** A node of OpenSearch behind one that is down, used by OpenSearch's client for Python; then where a new document is. */
export async function opensearch(scene: Scene): Promise<void> {
  const port = await freePort()
  const node = `http://127.0.0.1:${port}`
  const classpath = process.env['OPENSEARCH_CLASSPATH'] ?? ''
  const command = ['java', '-Xmx512m', '-cp', classpath, 'test/real/OpenSearchNode.java', scene.folder, `${port}`]
  await started(scene, command, node)
  const urls = ['http://127.0.0.1:1', node]
  const {url} = await served(scene, {
    definition: 'elasticsearch/1.0',
    role: 'ELASTICSEARCH',
    urls,
    ha: 'failoverSleep=1;failoverNonIdempotentRequestEnabled=true',
  })
  const address = `${url}/elasticsearch`
  const {stdout} = await promisify(execFile)('python3', ['test/real/opensearch-client.py', address])
  for (const line of stdout.trim().split('\n')) scene.see(line)
  const made = await fetch(`${address}/books/_doc/a%2Fb`, {
    method: 'PUT',
    headers: {'Content-Type': 'application/json'},
    body: '{"url": "/a"}',
  })
  const location = made.headers.get('location') ?? ''
  assert.equal(made.status, 201, await made.text())
  assert.equal(location, new URL(`${address}/books/_doc/a%2Fb`).pathname)
  const found = (await (await fetch(new URL(location, address))).json()) as {_source: unknown}
  assert.deepEqual(found._source, {url: '/a'})
  scene.see(`a new document is at ${location}`)
}
