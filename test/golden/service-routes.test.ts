import {mkdirSync, mkdtempSync, rmSync, symlinkSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import test from 'ava'
import {systemClock} from '../../gateway/common/clock.js'
import {explain} from '../../gateway/server/explain.js'
import {type LoadedHome, loadHome} from '../../gateway/server/files/home.js'
import {newParts} from '../../gateway/server/live/parts.js'
import {agreesWithGolden, type GoldenCase} from '../helpers/golden.js'

/** What Knox did with `GET inbound`. */
interface RouteCase extends GoldenCase {
  readonly inbound: string
  readonly topology: string
  readonly status: number
  readonly dispatch?: string
  readonly note?: string
}

/** Reads a home of the topologies and definitions that Knox served; nothing where they are absent. */
function loadKnox(): LoadedHome {
  const knox = fileURLToPath(new URL('../../../../shared/knox/', import.meta.url))
  const home = mkdtempSync(join(tmpdir(), 'home-'))
  mkdirSync(join(home, 'conf'))
  mkdirSync(join(home, 'data'))
  symlinkSync(join(knox, 'topologies'), join(home, 'conf', 'topologies'))
  symlinkSync(join(knox, 'services'), join(home, 'data', 'services'))
  try {
    return loadHome(home, {})
  } finally {
    rmSync(home, {recursive: true})
  }
}

/** Where Knox turned `%2B` into `+` or lost the slash at the end of the client's path, ours does not. */
const compared = (url: string | undefined) => url?.replaceAll('%2B', '+').replace(/\/(?=\?|$)/, '')

/** The class of a case by what is asked of ours: the same target, 404, or nothing, where Knox failed. */
function wanted({status, note, defect}: RouteCase): 'target' | '404' | 'free' {
  if (status === 404 || note?.startsWith('no IN rule matched')) return '404'
  return status === 200 && note === undefined && defect === undefined ? 'target' : 'free'
}

test('requests go where Knox sent them, of all topologies that are served', async t => {
  const loaded = loadKnox()
  const {plan, refused} = loaded
  const log = {info() {}, warn() {}, error() {}}
  const parts = newParts(loaded, {clock: systemClock, log, lookup: undefined})
  const differs = async (golden: RouteCase) => {
    const {[golden.topology]: topology} = plan.topologies
    const only = {topologies: topology ? {[golden.topology]: topology} : {}}
    const headers = ['Host', 'self.test:19000']
    const {target, refusal} = await explain(only, parts, {
      method: 'GET',
      url: `http://self.test:19000${golden.inbound}`,
      headers,
    })
    const same = wanted(golden) === '404' ? refusal?.status === 404 : compared(target) === compared(golden.dispatch)
    return same ? undefined : `ours: ${target ?? refusal?.code}`
  }
  await agreesWithGolden(t, 'service-routes.jsonl', differs, {
    only: golden => !Object.hasOwn(refused, golden.topology),
    classOf: wanted,
    mustAgree: golden => wanted(golden) !== 'free',
  })
  await parts.close()
})
