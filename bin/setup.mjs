// Makes the project ready with nothing but Node: packages as the lock file says, the command put into one file, sources and tests
// compiled into build/. Run as `setup.mjs command`, or imported by bin/gateway, it leaves the compiling out, which takes longest.
// Does only what is out of date; two at once wait for each other.
import {spawnSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const COMMAND = join(root, 'build', 'gateway', 'cli', 'gateway.js')
const lock = join(root, '.setup.lock')
const STALE_LOCK_MS = 300_000

const tell = message => process.stderr.write(`${message}\n`)

/** Runs to its end, with its chatter on stderr; a failure ends the set-up. */
function run(command, args) {
  const env = {...process.env, NODE_ENV: 'development'}
  const {status, error} = spawnSync(command, args, {
    cwd: root,
    env,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status === 0) return
  tell(`setup: ${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`)
  release()
  process.exit(1)
}

function filesBelow(folder) {
  return readdirSync(join(root, folder), {withFileTypes: true, recursive: true})
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
}

function digest(files) {
  const hash = createHash('sha256')
  for (const file of files) hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0')
  return hash.digest('hex')
}

/** Runs `work` unless `stamp` says that it ran for these files. */
async function upToDate(stamp, files, work) {
  const now = digest(files)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return
  await work()
  writeFileSync(stamp, now)
}

/** What was compiled from a source that is gone; all else is compiled anew only where its source changed. */
function removeLeftOver(sources) {
  for (const folder of ['gateway', 'test']) {
    const build = join(root, 'build', folder)
    for (const file of existsSync(build) ? filesBelow(join('build', folder)) : []) {
      const source = join(root, file.slice(join(root, 'build/').length).replace(/(\.d\.ts|\.js|\.js\.map)$/, '.ts'))
      if (!sources.has(source) && !file.startsWith(COMMAND)) rmSync(file)
    }
  }
}

/** The command in one file: to find and load a few hundred modules takes longer than to read the configuration. */
async function bundle() {
  const {build} = await import('esbuild')
  await build({
    entryPoints: [join(root, 'gateway', 'cli', 'main.ts')],
    outfile: COMMAND,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    sourcemap: true,
    logLevel: 'warning',
  })
}

async function acquire() {
  for (;;) {
    try {
      mkdirSync(lock)
      return
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    const age = Date.now() - (statSync(lock, {throwIfNoEntry: false})?.mtimeMs ?? Date.now())
    if (age > STALE_LOCK_MS) release()
    else await sleep(100)
  }
}

function release() {
  rmSync(lock, {recursive: true, force: true})
}

async function setUp(commandOnly) {
  await upToDate(join(root, 'node_modules', '.sluice-installed'), [join(root, 'package-lock.json')], () => {
    tell('setup: installing packages')
    run('npm', ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund'])
  })
  const own = [...filesBelow('gateway'), join(root, 'tsconfig.json'), fileURLToPath(import.meta.url)]
  await upToDate(join(root, 'build', '.sluice-command'), own, () => {
    tell('setup: building the command')
    return bundle()
  })
  if (commandOnly) return
  const sources = [...own, ...filesBelow('test').filter(file => file.endsWith('.ts'))]
  await upToDate(join(root, 'build', '.sluice-built'), sources, async () => {
    tell('setup: compiling')
    removeLeftOver(new Set(sources))
    run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc')])
  })
}

const imported = realpathSync(process.argv[1]) !== fileURLToPath(import.meta.url)
await acquire()
try {
  await setUp(imported || process.argv[2] === 'command')
} finally {
  release()
}
