import test from 'ava'
import {compileExpression} from '../../../gateway/providers/identity/expression.js'

const context = {
  username: 'alice',
  groups: ['ops', 'dev-1'],
  header: (name: string) => (name === 'X-A' ? 'a' : ''),
  parameter: (name: string) => (name === 'p' ? 'q' : ''),
}

const gives = test.macro({
  exec(
    t,
    text: string,
    expected: string | number | boolean | undefined | RegExp,
    kind: 'any' | 'boolean' | 'text' = 'any',
  ) {
    const compiled = () => compileExpression(text, kind)
    if (expected instanceof RegExp) t.throws(compiled, {instanceOf: RangeError, message: expected})
    else t.is(compiled()(context), expected)
  },
  title: (_, text, expected) => `${text} gives ${expected}`,
})

// expression, value or what is wrong with it
test(gives, "'a b'", 'a b')
test(gives, "  ( concat 'a' username 1.5 true )", 'aalice1.5true')
test(gives, "(or (member 'x') (member 'ops'))", true)
test(gives, "(and (member 'ops') (not (empty groups)) (= 2 (size groups)))", true)
test(gives, "(and (username 'bob') (username 'alice'))", false)
test(gives, "(match groups 'dev-\\d+')", true)
test(gives, "(match groups 'dev')", false)
test(gives, "(match username 'a.*')", true)
test(gives, "(if (< 1 2) 'yes' 'no')", 'yes')
test(gives, "(if (> 1 2) 'yes')", undefined)
test(gives, '(+ 1 (* 2 (- 5 (/ 4 2))))', 7)
test(gives, "(and (!= 'a' 'b') (<= 1 1) (>= 1 1))", true)
test(gives, '(substr username 1 3)', 'li')
test(gives, '(substr username 2)', 'ice')
test(gives, '(strlen username)', 5)
test(gives, "(and (starts-with username 'al') (ends-with username 'ce') (contains 'lic' username))", true)
test(gives, "(index-of 'i' username)", 2)
test(gives, '(lowercase (uppercase username))', 'alice')
test(gives, "(request-header 'X-A')", 'a')
test(gives, "(request-parameter 'p')", 'q')
test(gives, "(at 'nl' (hash 'de' 'DE' 'nl' 'NL'))", 'NL')
test(gives, "(regex-template 'a@nl' '(.*)@(.*)' '{1}-{[2]}' (hash 'nl' 'NL'))", 'a-NL')
test(gives, "(regex-template 'a@fr' '(.*)@(.*)' '{1}-{[2]}' (hash 'nl' 'NL') true)", 'a-fr')
test(gives, "(regex-template 'a@fr' '(.*)@(.*)' '{2}')", 'fr')
test(gives, '', /ends too soon/)
test(gives, '(member', /ends too soon/)
test(gives, "(member 'a'))", /"\)" after the end/)
test(gives, "'a", /' is not closed|ends too soon/)
test(gives, '()', /no function \)/)
test(gives, '(members)', /no function members/)
test(gives, '(constructor)', /no function constructor/)
test(gives, 'user', /no variable user/)
test(gives, '(member)', /member does not take 0 arguments/)
test(gives, '(not true false)', /not does not take 2/)
test(gives, "(size 'a')", /argument 1 of size is a text, not a list/)
test(gives, '(match username username)', /a pattern must stand between/)
test(gives, "(match username '(')", /is no pattern/)
test(gives, "'yes'", /gives a text, not a boolean/, 'boolean')
test(gives, '(if true true)', true, 'boolean')
