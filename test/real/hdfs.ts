import {strict as assert} from 'node:assert'
import {execFileSync} from 'node:child_process'
import {mkdirSync, writeFileSync} from 'node:fs'
import {freePort} from '../helpers/free-port.js'
import {served} from '../helpers/served.js'
import {started} from './program.js'
import type {Scene} from './scene.js'

const SERVER = 'org.apache.hadoop.hdfs.server'

/** JAXB of old, in which WebHDFS prints errors, opens what Java 17 has closed. */
const JAVA = ['java', '-Xmx256m', '--add-opens', 'java.base/java.lang=ALL-UNNAMED']

/** Two NameNodes, one of them active, and a DataNode: a file is written and read by WebHDFS, before and after the other one became active. */
export async function hdfs(scene: Scene): Promise<void> {
  const {see} = scene
  const [rpc1, rpc2, http1, http2] = [await freePort(), await freePort(), await freePort(), await freePort()]
  const sites = {n1: [rpc1, http1], n2: [rpc2, http2]} as const
  const java = (node: string, ...args: readonly string[]) => {
    const conf = configured(scene.folder, node, sites)
    return [...JAVA, '-cp', `${conf}:${process.env['HADOOP_CLASSPATH']}`, ...args] as const
  }
  const run = (node: string, ...args: readonly string[]) => {
    const [command, ...rest] = java(node, ...args)
    return execFileSync(command ?? '', rest, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']})
  }
  const admin = (...args: readonly string[]) => run('n1', 'org.apache.hadoop.hdfs.tools.DFSHAAdmin', ...args)
  see(run('n1', 'org.apache.hadoop.util.VersionInfo').split('\n')[0] ?? '')
  run('n1', `${SERVER}.namenode.NameNode`, '-format', '-force')
  await started(scene, java('n1', `${SERVER}.namenode.NameNode`), `http://127.0.0.1:${http1}/jmx`)
  run('n2', `${SERVER}.namenode.NameNode`, '-bootstrapStandby', '-force')
  await started(scene, java('n2', `${SERVER}.namenode.NameNode`), `http://127.0.0.1:${http2}/jmx`)
  admin('-transitionToActive', 'n1')
  const data = await freePort()
  await started(scene, java(`dn${data}`, `${SERVER}.datanode.DataNode`), `http://127.0.0.1:${data}/jmx`)

  const urls = [http2, http1].map(port => `http://127.0.0.1:${port}/webhdfs`)
  const {url} = await served(scene, {definition: 'webhdfs/1.0', role: 'WEBHDFS', urls, ha: 'failoverSleep=100'})
  await written(`${url}/webhdfs/v1/a b/one`, 'one', data)
  see('n1 active: written and read')
  admin('-transitionToStandby', 'n1')
  admin('-transitionToActive', 'n2')
  await written(`${url}/webhdfs/v1/a b/two`, 'two', data)
  const listed = await (await fetch(`${url}/webhdfs/v1/a b?op=LISTSTATUS&user.name=root`)).text()
  assert.match(listed, /"pathSuffix":"one".*"pathSuffix":"two"/s)
  see('n2 active: written, read, listed')
}

/** Writes a file as a client does, in two steps, and reads it again. */
async function written(address: string, text: string, dataPort: number): Promise<void> {
  const begun = await fetch(`${address}?op=CREATE&user.name=root`, {method: 'PUT', redirect: 'manual'})
  const location = begun.headers.get('location') ?? ''
  assert.equal(begun.status, 307)
  assert.ok(location.startsWith(new URL(address).origin) && !location.includes(String(dataPort)), location)
  const ended = await fetch(location, {method: 'PUT', body: text})
  assert.equal(ended.status, 201, await ended.text())
  assert.equal(await (await fetch(`${address}?op=OPEN&user.name=root`)).text(), text)
}

type Sites = Readonly<Record<'n1' | 'n2', readonly [rpc: number, http: number]>>

/** Writes the configuration of a node, `n1`, `n2` or `dn` with its port; gives its folder. */
function configured(folder: string, node: string, sites: Sites): string {
  const conf = `${folder}/conf-${node}`
  mkdirSync(conf, {recursive: true})
  const of = (name: 'n1' | 'n2'): Record<string, string> => ({
    [`dfs.namenode.rpc-address.c.${name}`]: `127.0.0.1:${sites[name][0]}`,
    [`dfs.namenode.http-address.c.${name}`]: `127.0.0.1:${sites[name][1]}`,
  })
  const isData = node.startsWith('dn')
  const port = node.slice(2)
  writeFileSync(`${conf}/core-site.xml`, properties({'fs.defaultFS': 'hdfs://c'}))
  writeFileSync(
    `${conf}/hdfs-site.xml`,
    properties({
      'dfs.nameservices': 'c',
      'dfs.ha.namenodes.c': 'n1,n2',
      ...of('n1'),
      ...of('n2'),
      ...(!isData && {'dfs.ha.namenode.id': node, 'dfs.namenode.name.dir': `file://${folder}/${node}`}),
      ...(isData && {
        'dfs.datanode.data.dir': `file://${folder}/data`,
        'dfs.datanode.address': '127.0.0.1:0',
        'dfs.datanode.ipc.address': '127.0.0.1:0',
        'dfs.datanode.http.address': `127.0.0.1:${port}`,
        'dfs.datanode.hostname': '127.0.0.1',
      }),
      'dfs.namenode.shared.edits.dir': `file://${folder}/shared`,
      'dfs.client.failover.proxy.provider.c': `${SERVER}.namenode.ha.ConfiguredFailoverProxyProvider`,
      'dfs.permissions.enabled': 'false',
      'dfs.replication': '1',
    }),
  )
  return conf
}

function properties(values: Readonly<Record<string, string>>): string {
  const texts = Object.entries(values).map(
    ([name, value]) => `<property><name>${name}</name><value>${value}</value></property>`,
  )
  return `<configuration>${texts.join('')}</configuration>`
}
