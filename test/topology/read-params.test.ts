import test from 'ava'
import {flag, integer, text} from '../../gateway/common/params.js'
import {problems as collection, printProblem} from '../../gateway/common/problem.js'
import {readParams} from '../../gateway/topology/read-params.js'
import {at} from './descriptors.js'

const TABLE = {
  'acl.mode': text('Of all.'),
  '{role}.acl': text('Of one.'),
  '{role}.acl.mode': text('How.'),
  limit: integer('Most.', 1),
  'urls.{path}': flag('A path.', false),
}

type Given = readonly (readonly [name: string, value: string])[]

const reads = test.macro({
  exec(t, given: Given, expected: object, told: readonly string[] = []) {
    const problems = collection()
    const params = given.map(([name, value], i) => ({name, value, at: at('t.xml', i + 1)}))
    t.deepEqual(readParams('it', TABLE, params, problems), expected)
    t.deepEqual(problems.all.map(printProblem), told)
  },
  title: (_, given: Given) => `reads ${given.map(pair => pair.join('=')).join(' ')}`,
})

// params as given, values, problems
test(reads, [['LIMIT', '7']], {limit: 7})
test(reads, [['acl.mode', 'OR']], {'acl.mode': 'OR'})
test(reads, [['WebHDFS.acl', 'a;*;*']], {'{role}.acl': [{name: 'WebHDFS', value: 'a;*;*'}]})
test(reads, [['webhdfs.ACL.mode', 'OR']], {'{role}.acl.mode': [{name: 'webhdfs', value: 'OR'}]})
const paths: Given = [
  ['urls./b/**', 'true'],
  ['urls./A', 'false'],
]
test(reads, paths, {
  'urls.{path}': [
    {name: '/b/**', value: true},
    {name: '/A', value: false},
  ],
})
const twice: Given = [
  ['x.acl', '1'],
  ['y.acl', '2'],
  ['X.acl', '3'],
]
const kept = [
  {name: 'y', value: '2'},
  {name: 'X', value: '3'},
]
test(reads, twice, {'{role}.acl': kept}, ['t.xml:3:1: warning: param-duplicate: X.acl is set twice; this one holds'])
test(reads, [['.acl', '1']], {}, ['t.xml:1:1: param-unknown: .acl is not a param of it'])
test(reads, [['limits', '1']], {}, ['t.xml:1:1: param-unknown: limits is not a param of it; did you mean limit?'])
test(reads, [['urls./a', 'yes']], {}, ['t.xml:1:1: param-invalid: urls./a: "yes" is neither true nor false'])
