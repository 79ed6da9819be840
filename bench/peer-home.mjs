// Writes the home of the gateway that is measured. usage: peer-home.mjs HOME BACKEND-PORT [resume]
import {writePassAllHome} from '../test/tools/pass-all-home.mjs'

const [home, backend, mode] = process.argv.slice(2)

writePassAllHome(home, {
  path: 'gw',
  topology: 'svc',
  urls: [`http://127.0.0.1:${backend}`],
  sse: true,
  params: mode === 'resume' ? {'sse.resume': 'last-event-id'} : {},
  settings: {'gateway.access.log.format': 'off', 'gateway.drain.delay': '0', 'gateway.drain.timeout': '1s'},
})
