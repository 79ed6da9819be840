import {strict as assert} from 'node:assert'
import {mkdirSync} from 'node:fs'
import {freePort} from '../helpers/free-port.js'
import {served} from '../helpers/served.js'
import {lineOf, started} from './program.js'
import type {Scene} from './scene.js'
import {assertSound, watchedPage} from './watched-page.js'

/** JupyterLab, which knows no prefix: log in, open a notebook, run a cell in its kernel. */
export async function jupyter(scene: Scene): Promise<void> {
  scene.see(`JupyterLab ${lineOf('jupyter', 'lab', '--version')}`)
  const port = await freePort()
  const {url} = await served(scene, {definition: 'jupyter/1.0', role: 'JUPYTER', urls: [`http://127.0.0.1:${port}`]})
  const home = `${scene.folder}/home`
  mkdirSync(home)
  const options = [
    `--port=${port}`,
    '--ip=127.0.0.1',
    '--no-browser',
    '--allow-root',
    '--IdentityProvider.token=secret',
    `--ServerApp.root_dir=${home}`,
    `--ServerApp.allow_origin=${new URL(url).origin}`,
  ]
  await started(scene, ['jupyter', 'lab', ...options], `http://127.0.0.1:${port}/api`, {
    env: {...process.env, HOME: home},
    cwd: home,
  })
  const watched = await watchedPage(scene, `${url}/jupyter/`)
  const {page, sockets} = watched
  await page.goto(`${url}/jupyter/`)
  await page.locator('#password_input').fill('secret')
  await watched.picture('jupyter-login')
  await page.locator('#login_submit').click()
  await page.locator('.jp-LauncherCard[data-category="Notebook"]').first().click()
  await page.getByText('| Idle').first().waitFor()
  const cell = page.locator('.jp-Notebook .jp-CodeCell .cm-content').first()
  await cell.click()
  await page.keyboard.type('sum(range(7)) * 2')
  await page.keyboard.press('Shift+Enter')
  await page.locator('.jp-OutputArea-output', {hasText: '42'}).first().waitFor()
  await watched.picture('jupyter-notebook')
  const kinds = ['/api/kernels/', '/api/events/subscribe']
  for (const kind of kinds)
    assert.ok(
      sockets.some(address => address.includes(`/jupyter${kind}`)),
      kind,
    )
  scene.see(`${sockets.length} WebSockets`)
  assertSound(watched)
}
