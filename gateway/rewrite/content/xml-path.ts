import {ATTRIBUTE_MARK, type PathStep, type Place, TEXT} from './places.js'

const STEP = /(\/?\/?)(text\(\)$|(@?)(?:([\p{L}_][\p{L}\p{N}_.:-]*)|\*))/uy

/**
 * A path such as `/nodes/node/id`, `/TableInfo/Region/@location`, `//url`, or `name` and `./name` from the element that is held.
 * An element is its text, its attributes and all below; `text()` the text right in it.
 * Throws RangeError for what is none. Source: Knox, `XmlFilterReader`: of XPath what its files use.
 */
export function parseXmlPath(path: string): readonly PathStep[] {
  const steps: PathStep[] = []
  let at = path.startsWith('./') ? 1 : 0
  while (at < path.length) {
    STEP.lastIndex = at
    const found = STEP.exec(path)
    if (found === null || (at > 0 && found[1] === '')) break
    const [whole, slashes, what, attribute = '', name] = found
    if (slashes === '//') steps.push('deep')
    steps.push(stepOf(what, attribute, name))
    at += whole.length
  }
  if (path === '' || at < path.length) throw new RangeError(`${path} is no path of XML, such as /nodes/node/@id`)
  return steps
}

function stepOf(what: string | undefined, attribute: string, name: string | undefined): PathStep {
  if (what === 'text()') return {key: TEXT}
  if (name === undefined) return attribute === '' ? 'any' : 'any attribute'
  return {key: attribute === '' ? name : ATTRIBUTE_MARK + name}
}

/** A name without its prefix. */
export const localOf = (name: string) => name.slice(name.indexOf(':') + 1)

/** The place of a child, by its whole name where a path has that, else by the part after the prefix. */
export function childOf<V>(place: Place<V>, name: string): Place<V> {
  const whole = place.child(name)
  return whole.isOutside ? place.child(localOf(name)) : whole
}
