import test from 'ava'
import {GatewayError} from '../../gateway/common/errors.js'

test('an error that is told by its code costs no stack trace, and leaves others theirs', t => {
  const error = new GatewayError(503, 'full', 'There is no room.', new Error('why'))
  t.is(error.message, 'There is no room.')
  t.false(error.stack?.includes('\n'))
  t.true((error.cause as Error).stack?.includes('\n'))
  t.true(new Error('another').stack?.includes('\n'))
})
