import test from 'ava'
import {type Miss, nearMiss} from '../../gateway/template/near-miss.js'
import {parseLiteral, parseTemplate} from '../../gateway/template/parse.js'

const misses = test.macro({
  exec(t, template: string, url: string, expected: Miss | undefined) {
    t.deepEqual(nearMiss(parseTemplate(template), parseLiteral(url)), expected)
  },
  title: (_, template: string, url: string, expected?: Miss) => `${template} misses ${url} by ${expected?.part}`,
})

const by = (part: string, wanted: string, found?: string): Miss => ({part, wanted, found})

test(misses, 'https://*:*/**', 'http://h:80/a', by('scheme', 'https', 'http'))
test(misses, '*://wiki.test:*/{path=**}?{**}', 'http://wik.test:80/a?b', by('host', 'wiki.test', 'wik.test'))
test(misses, '*://*:8080/{path=**}?{**}', 'http://h:8081/a', by('port', '8080', '8081'))
test(misses, '*://*:*/a/b/{x=*}', 'http://h:1/a/c/d', by('path', 'b', 'c'))
test(misses, '*://*:*/a/{x=v*}', 'http://h:1/a/c', by('path', 'v*', 'c'))
test(misses, '*://*:*/base/{x=**}', 'http://h/bas/c', by('path', 'base', 'bas'))
test(misses, '*://*:*/a/b', 'http://h:1/a/b/c/d', by('path', 'its end', 'c/d'))
test(misses, '*://*:*/a/{b=**}', 'http://h:1/a', by('path', '**'))
test(misses, '*://*:*/a?op=X', 'http://h/a?op=Y', by('query parameter op', 'X', 'Y'))
test(misses, '*://*:*/a?{op}', 'http://h/a', by('query parameter op', '*'))
test(misses, '*://*:*/a', '/a', by('host', '*'))
test(misses, '/a/b', 'http://h/a/b', by('host', 'none', 'h'))
// It matches, more than one part differs, or any path would do.
test(misses, '*://*:*/a', 'http://h/a', undefined)
test(misses, '*://h:1/a', 'http://i:2/a', undefined)
test(misses, '/{path=**}', 'http://h/a', undefined)
test(misses, '*://*:*/base/{x=**}', 'http://h/other/c', undefined)
