import {ATTRIBUTE_MARK, type PathStep, type Place} from './places.js'

const STEP = /(\/?\/?)(?:(@)?([\p{L}_][\p{L}\p{N}_.:-]*)|(\*)|text\(\))/uy

/**
 * A path such as `/nodes/node/id`, `/TableInfo/Region/@location`, `//url`, or `name` from the element that is held.
 * Throws RangeError for what is none. Source: Knox, `XmlFilterReader`: of XPath what its files use.
 */
export function parseXmlPath(path: string): readonly PathStep[] {
  const steps: PathStep[] = []
  let at = 0
  while (at < path.length) {
    STEP.lastIndex = at
    const found = STEP.exec(path)
    if (found === null || (at > 0 && found[1] === '')) break
    const [text, slashes, attribute, name, any] = found
    if (slashes === '//') steps.push('deep')
    if (any) steps.push('any')
    else if (name !== undefined) steps.push({key: attribute ? ATTRIBUTE_MARK + name : name})
    at += text.length
  }
  if (path === '' || at < path.length) throw new RangeError(`${path} is no path of XML, such as /nodes/node/@id`)
  return steps
}

/** A name without its prefix. */
export const localOf = (name: string) => name.slice(name.indexOf(':') + 1)

/** The place of a child, by its whole name where a path has that, else by the part after the prefix. */
export function childOf<V>(place: Place<V>, name: string): Place<V> {
  const whole = place.child(name)
  return whole.isOutside ? place.child(localOf(name)) : whole
}
