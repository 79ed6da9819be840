import type {Expression} from './text-editor.js'

/** The first of some expressions that fits a text; undefined: none does. */
export type FirstFit = (text: string) => Expression | undefined

/** Most texts fit none of many expressions: one that is made of all of them tells so at once. */
export function firstFit(expressions: readonly Expression[]): FirstFit {
  const any = anyOf(expressions.map(({pattern}) => pattern))
  return text => (any.test(text) ? expressions.find(({pattern}) => pattern.test(text)) : undefined)
}

function anyOf(patterns: readonly RegExp[]): RegExp {
  if (patterns.length === 0) return /(?!)/
  return patterns.every(standsAlone) ? new RegExp(patterns.map(({source}) => source).join('|')) : /(?:)/
}

/** Whether it means the same among others, and they may still be searched by the engine that never steps back. */
const standsAlone = ({source, flags}: RegExp) => flags === '' && !/\\[1-9k]|\(\?(?!:)/.test(source)
