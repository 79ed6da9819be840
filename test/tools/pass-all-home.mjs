import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

const KNOX = 'org.apache.knox.gateway'

/**
 * Writes a home whose one topology hands everything below /{path}/{topology}/ to one service, as a
 * plain reverse proxy does. Dispatches: class for one URL and for several, for all routes, and of
 * its own for `/events` when `sse` is set. `ha`: text of HaProvider; undefined: off.
 */
export function writePassAllHome(home, {path, topology, urls, passHeaders, sse, ha, settings = {}, params = {}}) {
  const write = (file, text) => {
    mkdirSync(join(home, file, '..'), {recursive: true})
    writeFileSync(join(home, file), text)
  }
  const site = {'gateway.path': path, 'gateway.servlet.async.supported': 'true', 'ssl.enabled': 'false', ...settings}
  write('conf/gateway-site.xml', `<configuration>${pairs('property', site)}</configuration>`)
  write(`conf/topologies/${topology}.xml`, topologyFile(urls, ha, params))
  write('data/services/all/1.0/service.xml', serviceFile(passHeaders, sse))
  write('data/services/all/1.0/rewrite.xml', rewriteFile(path, topology))
}

const pairs = (element, values) =>
  Object.entries(values)
    .map(([name, value]) => `<${element}><name>${name}</name><value>${value}</value></${element}>`)
    .join('')

function topologyFile(urls, ha, params) {
  const provider =
    ha &&
    `<provider><role>ha</role><name>HaProvider</name><enabled>true</enabled>${pairs('param', {ALL: ha})}</provider>`
  return `<topology><gateway>
<provider><role>authentication</role><name>Anonymous</name><enabled>true</enabled></provider>
<provider><role>identity-assertion</role><name>Default</name><enabled>false</enabled></provider>${provider ?? ''}
</gateway><service><role>ALL</role>${urls.map(url => `<url>${url}</url>`).join('')}${pairs('param', params)}</service></topology>`
}

function serviceFile(passHeaders, sse) {
  const stream = `<dispatch classname="${KNOX}.sse.SSEDispatch" ha-classname="${KNOX}.ha.dispatch.SSEHaDispatch"/>`
  const all = passHeaders
    ? `<dispatch classname="${KNOX}.dispatch.PassAllHeadersDispatch" ha-classname="${KNOX}.ha.dispatch.ConfigurableHADispatch"/>`
    : ''
  const route = (pattern, rule, dispatch = '') =>
    `<route path="${pattern}"><rewrite apply="ALL/${rule}" to="request.url"/>${dispatch}</route>`
  return `<service role="ALL" name="all" version="1.0"><routes>
${route('/?**', 'root')}
${route('/**?**', 'inbound')}
${sse ? route('/events?**', 'inbound', stream) : ''}
</routes>${all}</service>`
}

const rewriteFile = (path, topology) => `<rules>
<rule dir="IN" name="ALL/root" pattern="*://*:*/${path}/${topology}/?{**}"><rewrite template="{$serviceUrl[ALL]}/?{**}"/></rule>
<rule dir="IN" name="ALL/inbound" pattern="*://*:*/${path}/${topology}/{path=**}?{**}"><rewrite template="{$serviceUrl[ALL]}/{path=**}?{**}"/></rule>
</rules>`
