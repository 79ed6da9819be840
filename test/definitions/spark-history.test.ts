import test from 'ava'
import {served, service} from '../helpers/served.js'

test('the server is told its prefix, and its redirects are led back', async t => {
  const url = await service(t, ({url: target = '', headers}, response) => {
    const prefix = headers['x-forwarded-context']
    if (target.startsWith('/history/a?'))
      response.writeHead(302, {Location: `http://${headers.host}/history/a/jobs/?x=1`})
    response.end(`${prefix} ${target}`)
  })
  const gateway = await served(t, {definition: 'spark-history/1.0', role: 'SPARKHISTORYUI', urls: [url]})
  const ask = (path: string) => fetch(`${gateway.url}/sparkhistory${path}`, {redirect: 'manual'})
  for (const path of ['/', '/?showIncomplete=true', '/static/a.js', '/api/v1/applications?limit=1'])
    t.is(await (await ask(path)).text(), `/gateway/t/sparkhistory ${path}`)
  t.is((await ask('/history/a?b')).headers.get('location'), `${gateway.url}/sparkhistory/history/a/jobs/?x=1`)
})
