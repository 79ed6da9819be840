import {type ChildProcess, spawn, spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {connect} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {ExecutionContext} from 'ava'
import {testCredentials} from './credentials.js'
import {freePort} from './free-port.js'

const SLAPD = '/usr/sbin/slapd'
const SCHEMAS = ['core', 'cosine', 'nis', 'inetorgperson', 'dyngroup'].map(name => `/etc/ldap/schema/${name}.schema`)
const ROOT = 'dc=hadoop,dc=apache,dc=org'

/** OpenLDAP's server with users and groups, until the end of the test. */
export interface Directory {
  /** `ldap://127.0.0.1:1234` */
  readonly url: string
  readonly secureUrl: string
  /** PEM file of the authority that `secureUrl` is trusted by. */
  readonly authority: string
  /** Accepts, but answers no more. */
  freeze(): void
  stop(): Promise<void>
  start(): Promise<void>
}

/** Starts it; undefined, and the test says that it is skipped, where the program is not installed. */
export async function directory(t: ExecutionContext): Promise<Directory | undefined> {
  if (![SLAPD, ...SCHEMAS].every(path => existsSync(path))) {
    t.log('skipped: there is no slapd here')
    t.pass()
    return undefined
  }
  const folder = mkdtempSync(join(tmpdir(), 'gateway-directory-'))
  writeFiles(folder)
  spawnSync('/usr/sbin/slapadd', ['-f', join(folder, 'slapd.conf'), '-l', join(folder, 'users.ldif')], {
    stdio: 'ignore',
  })
  let at = await onFreePorts(folder)
  const stop = () => ended(at.child)
  const freeze = () => void at.child.kill('SIGSTOP')
  const start = async () => {
    at = {...at, child: await started(folder, at)}
  }
  t.teardown(async () => {
    await stop()
    rmSync(folder, {recursive: true})
  })
  const urls = {url: `ldap://127.0.0.1:${at.port}`, secureUrl: `ldaps://localhost:${at.securePort}`}
  return {...urls, authority: join(folder, 'cert.pem'), freeze, stop, start}
}

interface Ports {
  readonly port: number
  readonly securePort: number
}

/** Another may take a free port before slapd does: then it tries others. */
async function onFreePorts(folder: string, tries = 5): Promise<Ports & {readonly child: ChildProcess}> {
  const ports = {port: await freePort(), securePort: await freePort()}
  try {
    return {...ports, child: await started(folder, ports)}
  } catch (error) {
    if (tries === 0 || !String(error).includes('Address already in use')) throw error
    return onFreePorts(folder, tries - 1)
  }
}

function writeFiles(folder: string): void {
  mkdirSync(join(folder, 'data'))
  writeFileSync(join(folder, 'cert.pem'), testCredentials.cert)
  writeFileSync(join(folder, 'key.pem'), testCredentials.key)
  writeFileSync(join(folder, 'users.ldif'), USERS)
  writeFileSync(
    join(folder, 'slapd.conf'),
    `${SCHEMAS.map(path => `include ${path}`).join('\n')}
pidfile ${join(folder, 'slapd.pid')}
defaultsearchbase ${ROOT}
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile ${join(folder, 'cert.pem')}
TLSCertificateKeyFile ${join(folder, 'key.pem')}
database mdb
suffix "${ROOT}"
directory ${join(folder, 'data')}
maxsize 10485760
`,
  )
}

/** It says that it starts before it listens. */
async function started(folder: string, ports: Ports): Promise<ChildProcess> {
  const child = await starting(folder, ports)
  for (const port of [ports.port, ports.securePort]) while (!(await accepts(port)));
  return child
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => resolve(true))
    socket.on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}

/** Resolves when it says that it starts. */
function starting(folder: string, {port, securePort}: Ports): Promise<ChildProcess> {
  const listeners = `ldap://127.0.0.1:${port} ldaps://127.0.0.1:${securePort}`
  const args = ['-f', join(folder, 'slapd.conf'), '-h', listeners, '-d', '256']
  const child = spawn(SLAPD, args, {stdio: ['ignore', 'ignore', 'pipe']})
  return new Promise((resolve, reject) => {
    let told = ''
    child.stderr.on('data', (chunk: Buffer) => {
      told = (told + chunk.toString()).slice(-10_000)
      if (told.includes('slapd starting')) resolve(child)
    })
    child.on('exit', code => reject(new Error(`slapd ended with ${code}: ${told}`)))
  })
}

function ended(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise(resolve => {
    child.on('exit', () => resolve())
    child.kill('SIGKILL')
  })
}

const user = (name: string, cn: string) => `
dn: uid=${name},ou=people,${ROOT}
objectClass: inetOrgPerson
cn: ${cn}
sn: ${name}
uid: ${name}
userPassword: ${name}-password
`

const person = (name: string) => `uid=${name},ou=people`

const group = (name: string, ...members: string[]) => `
dn: cn=${name},ou=groups,${ROOT}
objectClass: groupOfNames
cn: ${name}
${members.map(member => `member: ${member},${ROOT}`).join('\n')}
`

/** The users and groups of Knox's demo directory. */
const USERS = `dn: ${ROOT}
objectClass: organization
objectClass: dcObject
o: Hadoop
dc: hadoop

dn: ou=people,${ROOT}
objectClass: organizationalUnit
ou: people

dn: ou=groups,${ROOT}
objectClass: organizationalUnit
ou: groups
${user('guest', 'Guest')}${user('admin', 'Admin')}${user('sam', 'sam')}${user('tom', 'tom')}${user('recursiveUser', 'Recursive')}${group('analyst', person('sam'), person('tom'))}${group('scientist', person('sam'))}${group('admin', person('admin'))}${group('level1', person('recursiveUser'))}${group('level2', 'cn=level1,ou=groups')}${group('level3', 'cn=level2,ou=groups')}
dn: cn=posix,ou=groups,${ROOT}
objectClass: posixGroup
cn: posix
gidNumber: 1
memberUid: tom

dn: cn=dynamic,ou=groups,${ROOT}
objectClass: groupOfURLs
cn: dynamic
memberURL: ldap:///ou=people,${ROOT}??sub?(cn=s*)
memberURL: ldap:///ou=groups,${ROOT}??sub?(objectClass=*)

dn: cn=everybody,ou=groups,${ROOT}
objectClass: groupOfURLs
cn: everybody
memberURL: ldap:///OU=people%2c ${ROOT}??one

dn: uid=poe,ou=people,${ROOT}
objectClass: inetOrgPerson
objectClass: posixAccount
cn: poe
sn: poe
uid: poe
uidNumber: 7
gidNumber: 1
homeDirectory: /
seeAlso: cn=analyst,ou=groups,${ROOT}
seeAlso: cn=sales\\2C west,ou=groups,${ROOT}
seeAlso: ou=groups,${ROOT}

dn: uid=twin,ou=people,${ROOT}
objectClass: inetOrgPerson
cn: sam
sn: twin
uid: twin
`
