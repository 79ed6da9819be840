import {flag, list, oneOf, type Param, text} from '../../common/params.js'
import {defineProvider} from '../../pipeline/provider.js'
import {assertionFilter, assertionParams} from './assertion.js'
import {readPattern, regexTemplate} from './regex-template.js'

const role = 'identity-assertion'

/** Source: Knox, `ConcatIdentityAssertionFilter`. */
export const concat = defineProvider({
  role,
  name: 'Concat',
  doc: 'Adds to the name.',
  params: {
    ...assertionParams,
    'concat.prefix': text('In front of the name.'),
    'concat.suffix': text('Behind it.'),
  },
  create(options) {
    const {'concat.prefix': prefix, 'concat.suffix': suffix} = options
    return [assertionFilter(options, {name: 'Concat', mapName: name => `${prefix}${name}${suffix}`})]
  },
})

const CASES = ['lower', 'upper', 'none'] as const

/** Source: Knox, `SwitchCaseIdentityAssertionFilter`. Differs: a case that is none is a fault, not `lower`. */
export const switchCase = defineProvider({
  role,
  name: 'SwitchCase',
  doc: 'Changes the case of names.',
  params: {
    ...assertionParams,
    'principal.case': oneOf('Case of the name.', 'lower', CASES),
    'group.principal.case': oneOf(
      'Case of groups, which are added to those as they are. When absent: as `principal.case`.',
      'same',
      [...CASES, 'same'],
    ),
  },
  create(options) {
    const {'principal.case': ofName, 'group.principal.case': given} = options
    const ofGroups = given === 'same' ? ofName : given
    return [
      assertionFilter(options, {
        name: 'SwitchCase',
        mapName: name => inCase(name, ofName),
        groupsOf: (_, known) => (ofGroups === 'none' ? [] : known.map(group => inCase(group, ofGroups))),
      }),
    ]
  },
})

function inCase(name: string, wanted: (typeof CASES)[number]): string {
  if (wanted === 'none') return name
  return wanted === 'upper' ? name.toUpperCase() : name.toLowerCase()
}

/** `us=USA;ca=CANADA`; names count in any case. */
function lookup(doc: string): Param<Readonly<Record<string, string>>> {
  const items = list(doc, [], ';')
  const read = (given: string) =>
    Object.fromEntries(
      items.read(given).map(item => {
        const [name = '', value] = item.split('=').map(part => part.trim())
        if (value === undefined) throw new RangeError(`"${item}" is not name=value`)
        return [name.toLowerCase(), value]
      }),
    )
  return {...items, default: {}, unit: 'name=value;…', read}
}

function pattern(doc: string): Param<string> {
  return {...text(doc), unit: 'pattern', read: given => readPattern(given).source}
}

/** Source: Knox, `RegexIdentityAssertionFilter`. */
export const regex = defineProvider({
  role,
  name: 'Regex',
  doc: 'Makes the name of parts of it.',
  params: {
    ...assertionParams,
    input: pattern('What a name is found to hold: `(.*)@(.*?)\\..*`.'),
    output: text(
      'The new name: `{1}` is the first group, `{[1]}` what `lookup` has for it. A name in which `input` finds nothing becomes this text.',
    ),
    lookup: lookup('What stands for groups.'),
    'use.original.on.lookup.failure': flag('A group that `lookup` lacks stands for itself, not for nothing.', false),
  },
  create(options) {
    const map = regexTemplate(readPattern(options.input), options.output, {
      lookup: new Map(Object.entries(options.lookup)),
      original: options['use.original.on.lookup.failure'],
    })
    return [assertionFilter(options, {name: 'Regex', mapName: map})]
  },
})
