// What identity assertion and ACLs cost a request, each alone and together, in µs of CPU. Needs `build/`.

import {problems} from '../build/gateway/common/problem.js'
import {catalogue} from '../build/gateway/server/catalogue.js'
import {readParams} from '../build/gateway/topology/read-params.js'

const ROUNDS = 2_000_000
const log = {info() {}, warn() {}, error() {}}
const parts = {topology: 't', path: '/gateway/t', roles: ['WEBHDFS', 'HIVE'], admins: {users: [], groups: []}, log}
const at = {file: 'bench', line: 1, column: 1}

function filtersOf(role, name, params) {
  const provider = catalogue.providers.find(each => each.role === role && each.name === name)
  const given = Object.entries(params).map(([key, value]) => ({name: key, value, at}))
  return provider.create(readParams(name, provider.params, given, problems()), parts)
}

const url = {scheme: 'http', host: 's', port: '', path: '/webhdfs/v1/tmp/file', query: 'op=OPEN&offset=0&length=64'}
const lying = {...url, query: `${url.query}&user.name=eve`}
const exchange = {
  request: {method: 'GET', url, headers: [], body: undefined, version: '1.1'},
  clientAddress: '10.1.2.3',
  principal: {name: 'alice', groups: ['analysts', 'users']},
  aim: () => url,
  notes: {service: 'WEBHDFS', user: ''},
}

function round(filters, aims, start) {
  let now = start
  for (const filter of filters) now = filter.enter(now)
  return aims ? now.aim('', now).query.length : now.notes.user.length
}

function measure(name, filters, aims = true, start = exchange) {
  for (let i = 0; i < 200_000; i++) round(filters, aims, start)
  const before = process.cpuUsage()
  let sum = 0
  for (let i = 0; i < ROUNDS; i++) sum += round(filters, aims, start)
  const {user, system} = process.cpuUsage(before)
  console.log(`${name.padEnd(28)} ${((user + system) / ROUNDS).toFixed(2)} µs${sum < 0 ? '!' : ''}`)
}

const identity = filtersOf('identity-assertion', 'Default', {})
const mapping = filtersOf('identity-assertion', 'Default', {
  'principal.mapping': 'alice=hdfs',
  'group.principal.mapping': '*=all',
})
const acls = filtersOf('authorization', 'AclsAuthz', {'webhdfs.acl': 'bob,alice;analysts;10.0.0.0/8'})
const paths = filtersOf('authorization', 'PathAclsAuthz', {
  'webhdfs.path.acl': '*://*:*/webhdfs/v1/**?**;*;*;*',
})
measure('nothing', [])
measure('identity', identity)
measure('identity, of a liar', identity, true, {...exchange, aim: () => lying})
measure('identity, mapped', mapping)
measure('acl', acls, false)
measure('identity and acl', [...identity, ...acls])
measure('path acl', paths)
