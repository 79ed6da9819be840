import test from 'ava'
import {mannersOf} from '../../gateway/dispatch/manners.js'
import {exchange, url} from './fakes.js'

const aims = test.macro({
  exec(t, path: string, target: string, trailingSlash: boolean, expected: string) {
    const asked = exchange()
    const request = {...asked.request, url: {...asked.request.url, path}}
    const {target: withSlash} = mannersOf(trailingSlash ? {trailingSlash} : {})
    t.is(withSlash(url(target), {...asked, request}).path, expected)
  },
  title: (_, path, target, trailingSlash) => `${path} to ${target}, slash ${trailingSlash ? 'stays' : 'as aimed'}`,
})

test(aims, '/x/', 'http://h/jars?a', true, '/jars/')
test(aims, '/x', 'http://h/jars', true, '/jars')
test(aims, '/x/', 'http://h/jars/', true, '/jars/')
test(aims, '/x/', 'http://h/jars', false, '/jars')
