import test from 'ava'
import {printProblem} from '../../../gateway/common/problem.js'
import {loadHome} from '../../../gateway/server/files/home.js'
import {definition, type HomeText, temporaryHome, topology} from '../../helpers/home.js'

/** A definition with as many rules that nothing names. */
function unclean(role: string, warnings: number): HomeText {
  const files = definition(role)
  const rewrite = `data/services/${role.toLowerCase()}/1.0/rewrite.xml`
  const rules = Array.from(
    {length: warnings},
    (_, n) => `<rule dir="OUT" name="${role}/${n}"><rewrite template="/"/></rule>`,
  )
  return {...files, [rewrite]: (files[rewrite] ?? '').replace('</rules>', `${rules.join('')}</rules>`)}
}

const codes = (t: Parameters<typeof temporaryHome>[0], files: HomeText) =>
  loadHome(temporaryHome(t, {'conf/topologies/t.xml': topology([{role: 'X', urls: ['http://x:1']}]), ...files}), {})
    .problems

test('few warnings of a definition that no topology uses are told one by one', t => {
  const problems = codes(t, {...unclean('X', 1), ...unclean('Y', 20)})
  t.is(problems.filter(({code}) => code === 'rule-unused').length, 21)
})

test('many are counted, beside those of what is used', t => {
  const problems = codes(t, {...unclean('X', 25), ...unclean('Y', 15), ...unclean('Z', 6)})
  t.deepEqual(
    problems.map(({code}) => code).filter(code => code !== 'rule-unused'),
    ['problems-more'],
  )
  t.is(problems.filter(({at, code}) => code === 'rule-unused' && at.file.includes('/x/')).length, 25)
  t.is(problems.length, 26)
  t.regex(
    problems.map(printProblem).join('\n'),
    /^data\/services:1:1: warning: problems-more: 21 warnings of definitions/m,
  )
})

test('their faults are told in any case', t => {
  const broken = {'data/services/z/1.0/service.xml': '<service/>'}
  t.true(codes(t, {...unclean('X', 0), ...unclean('Y', 25), ...broken}).some(({code}) => code === 'attribute-missing'))
})
