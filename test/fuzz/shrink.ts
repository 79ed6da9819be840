import type {Asked, Case} from './request.js'

/** The smallest case in which something is still wrong: without requests, lines and bytes that do not matter. */
export async function shrunk(given: Case, isWrong: (one: Case) => Promise<boolean>): Promise<Case> {
  for (const smaller of smallerThan(given)) if (await isWrong(smaller)) return shrunk(smaller, isWrong)
  return given
}

function* smallerThan(one: Case): Generator<Case> {
  if (one.cuts.length > 0) yield {...one, cuts: []}
  const {requests} = one
  for (const [i, asked] of requests.entries()) {
    if (requests.length > 1) yield {...one, requests: without(requests, i), cuts: []}
    for (const less of lessOf(asked))
      yield {...one, requests: requests.map(each => (each === asked ? less : each)), cuts: []}
  }
}

function* lessOf(asked: Asked): Generator<Asked> {
  for (const [i] of asked.lines.entries()) yield {...asked, lines: without(asked.lines, i)}
  const [before = '', after = ''] = asked.start.split(/\?[^ ]*/)
  if (asked.start.includes('?')) yield {...asked, start: before + after}
}

const without = <T>(all: readonly T[], index: number): T[] => all.filter((_, i) => i !== index)
