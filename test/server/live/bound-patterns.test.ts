import test from 'ava'
import {boundPatterns} from '../../../gateway/server/live/bound-patterns.js'

test('an expression that steps back too often still ends', t => {
  boundPatterns()
  t.false(/(a+)+b/.test('a'.repeat(2000)))
  t.false(/^(?:\/container(_[^/':,]+)+\/x)$/.test(`/container${'_a'.repeat(500)}`))
})
