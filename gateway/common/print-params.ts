import type {Param, ParamTable} from './params.js'

/** The rows of the manual for a table: name, default, unit, meaning. */
export function printParams(table: ParamTable): string {
  const rows = Object.entries(table).map(
    ([name, param]) => `| \`${name}\` | ${shownDefault(param)} | ${cell(param.unit)} | ${cell(param.doc)} |`,
  )
  return ['| name | default | unit | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

/** A value of a param as one would write it into a file. */
export function printValue(value: unknown, unit: string): string {
  if (Array.isArray(value))
    return value.map(rangeText).join(unit.startsWith('list, ') ? unit.slice('list, '.length) : ',')
  if (typeof value === 'number' && unit === 's') return `${value / 1000}`
  return String(value)
}

/** An item that is a pair is a range. */
const rangeText = (item: unknown) => (Array.isArray(item) ? item.join('-') : item)

const shownDefault = (param: Param<unknown>) => {
  const value = isPlain(param.default) ? printValue(param.default, param.unit) : ''
  return value === '' ? '–' : `\`${value}\``
}

/** A default that no file could say, such as an ACL of nobody, is none. */
const isPlain = (value: unknown) => typeof value !== 'object' || Array.isArray(value)

const cell = (text: string) => text.replaceAll('|', '\\|')
