import {existsSync, readFileSync} from 'node:fs'
import type {ExecutionContext} from 'ava'

/** The fields by which cases are told apart; all others are the file's own. */
export interface GoldenCase {
  readonly kind?: string
  readonly defect?: string
  readonly src?: string
}

export interface GoldenOptions<C extends GoldenCase> {
  /** The class under which a case is counted; by default kind, defect and source. */
  readonly classOf?: (golden: C) => string
  /** Whether a difference fails the test; by default cases without a defect must agree. */
  readonly mustAgree?: (golden: C) => boolean
  /** The cases to run; by default all. */
  readonly only?: (golden: C) => boolean
}

/** Says what differs; undefined when ours agrees. What it throws is a difference too. */
export type Difference<C> = (golden: C) => string | undefined | Promise<string | undefined>

interface Count {
  agreed: number
  total: number
}

/** How many differing cases are told in full. */
const SHOWN = 10

/** Characters of each. */
const LENGTH = 1000

/**
 * Runs all cases of a file in `../shared/golden`, logs by class how many agree, and fails with the first
 * differing ones when a case differs that must agree. Without the file it says so and passes.
 */
export async function agreesWithGolden<C extends GoldenCase>(
  t: ExecutionContext,
  file: string,
  difference: Difference<C>,
  options: GoldenOptions<C> = {},
): Promise<void> {
  const {classOf = classOfGolden, mustAgree = ({defect}) => defect === undefined, only = () => true} = options
  const cases = readGolden<C>(file)?.filter(only)
  if (cases === undefined) {
    t.log(`skipped: there is no ../shared/golden/${file}`)
    t.pass()
    return
  }
  const counts = new Map<string, Count>()
  const differing: string[] = []
  for (const golden of cases) {
    const found = await differenceOf(difference, golden)
    count(counts, classOf(golden), found === undefined)
    if (found !== undefined && mustAgree(golden))
      differing.push(`${found}\n    ${JSON.stringify(golden)}`.slice(0, LENGTH))
  }
  for (const [name, {agreed, total}] of counts) t.log(`${name}: ${agreed} of ${total}`)
  t.true(cases.length > 0, `no case of ${file} was run`)
  t.is(differing.length, 0, `${differing.length} of ${cases.length} differ:\n${differing.slice(0, SHOWN).join('\n')}`)
}

/** All cases of a file in `../shared/golden`; undefined when it is absent. */
function readGolden<C>(file: string): readonly C[] | undefined {
  const path = new URL(`../../../../shared/golden/${file}`, import.meta.url)
  if (!existsSync(path)) return undefined
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as C)
}

async function differenceOf<C>(difference: Difference<C>, golden: C): Promise<string | undefined> {
  try {
    return await difference(golden)
  } catch (error) {
    return String(error)
  }
}

function classOfGolden({kind = '', defect, src = ''}: GoldenCase): string {
  return [kind, defect, src].filter(part => part).join(' / ')
}

function count(counts: Map<string, Count>, name: string, agrees: boolean): void {
  const known = counts.get(name) ?? {agreed: 0, total: 0}
  counts.set(name, {agreed: known.agreed + (agrees ? 1 : 0), total: known.total + 1})
}
