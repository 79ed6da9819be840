import test from 'ava'
import {ValueTooLongError} from '../../../gateway/rewrite/content/value-too-long-error.js'
import {apply, becomes, editorFor} from './editing.js'

const type = 'application/x-www-form-urlencoded'

test(becomes, {type}, 'a=%2Fold%2Fx&b=/old/y&&c&d=1+2', 'a=%2Fgw%2Fx&b=%2Fgw%2Fy&&c&d=1+2')
test(
  becomes,
  {type, parts: [apply('Callback', 'up')]},
  'callback=a+b%C3%A9&other=/old/x',
  'callback=A+B%C3%89&other=/old/x',
)
test('what cannot be decoded stays', becomes, {type, parts: [apply('a', 'up')]}, 'a=%zz&a=x', 'a=%zz&a=X')
test('left alone by a filter', becomes, {type, asType: 'application/octet-stream', parts: []}, 'a=/old/x', 'a=/old/x')

const long = 'x'.repeat(40)
test(
  'what is too long passes',
  becomes,
  {type, limit: 20},
  `a=${long}&b=/old/y&${long}`,
  `a=${long}&b=%2Fgw%2Fy&${long}`,
)
test('a value with a rule is not too long', t => {
  const {editor} = editorFor({type, parts: [apply('a', 'up')], limit: 20})
  t.throws(() => editor.push(`a=${long}`), {instanceOf: ValueTooLongError})
})
