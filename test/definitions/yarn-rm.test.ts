import test from 'ava'
import {served, service} from '../helpers/served.js'

test('the active ResourceManager is found by what a standby answers, also for what is submitted', async t => {
  const standby = await service(t, (request, response) => {
    const path = `http://active.test:8088${request.url}`
    response.writeHead(307, {Location: path, Refresh: `3; url=${path}`})
    response.end(`This is standby RM. The redirect url is: ${path}\n`)
  })
  const active = await service(t, (request, response) => {
    request.resume().on('end', () => response.end(`${request.method} ${request.url}`))
  })
  const urls = [`${standby}/ws`, `${active}/ws`]
  const options = {definition: 'yarn-rm/1.0', role: 'RESOURCEMANAGER', urls, ha: 'failoverSleep=1'}
  const {url} = await served(t, options)
  const ask = async (path: string, method: string) =>
    (await fetch(`${url}/resourcemanager/v1/cluster/${path}`, {method, ...(method === 'POST' && {body: '{}'})})).text()
  t.is(await ask('apps', 'POST'), 'POST /ws/v1/cluster/apps')
  t.is(await ask('apps?states=RUNNING', 'GET'), 'GET /ws/v1/cluster/apps?states=RUNNING')
})

test('nothing but the API of the cluster has a route', async t => {
  const {url} = await served(t, {definition: 'yarn-rm/1.0', role: 'RESOURCEMANAGER', urls: ['http://127.0.0.1:1/ws']})
  t.is((await fetch(`${url}/resourcemanager/conf`)).status, 404)
})
