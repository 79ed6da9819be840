import test from 'ava'
import {firstFit} from '../../../gateway/rewrite/content/first-fit.js'
import {wholePattern} from '../../../gateway/rewrite/content/pattern.js'

const finds = test.macro({
  exec(t, paths: readonly string[], text: string, expected: number) {
    const find = firstFit(paths.map((path, at) => ({pattern: wholePattern(path), use: {rule: `${at}`}})))
    t.is(find(text)?.use.rule, expected < 0 ? undefined : `${expected}`)
  },
  title: (_, paths: readonly string[], text: string) => `${text} among ${paths.join(' ')}`,
})

// expressions, a text, which of them fits first
test(finds, [], '', -1)
test(finds, ['a|b', '.*', 'c'], 'b', 0)
test(finds, ['a|b', '.*', 'c'], 'ab', 1)
test(finds, ['a|b', 'c'], 'ab', -1)
test(finds, ['(x)', '(a)\\1'], 'aa', 1)
test(finds, ['x', '(?i)a'], 'A', 1)
test(finds, ['(?<n>x)', '(?<n>a)'], 'a', 1)
test(finds, ['x(?!y).', '(?=a).'], 'a', 1)
