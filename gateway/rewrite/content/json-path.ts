import type {PathStep} from './places.js'

const STEP = /\.\.(?=[^.[])|\.?\[\s*('[^']*'|"[^"]*"|[^\][()@?:,$'"]+)\s*\]|\.([^.[\]()@?:,$]+)/y

/**
 * A path such as `$.apps.app[*].url`, `$.**.href`, `$..href`, `$[user.name]`. Throws RangeError for what is none.
 * Source: Knox, `JsonPath`: no slices, filters or expressions.
 */
export function parseJsonPath(path: string): readonly PathStep[] {
  const steps: PathStep[] = []
  let at = 1
  while (path.startsWith('$') && at < path.length) {
    STEP.lastIndex = at
    const found = STEP.exec(path)
    if (found === null) break
    const [text, bracketed, plain] = found
    steps.push(text === '..' ? 'deep' : stepOf((bracketed ?? plain ?? '').trim()))
    // The second dot of `..name` begins the name.
    at += text === '..' ? 1 : text.length
  }
  if (!path.startsWith('$') || at < path.length)
    throw new RangeError(`${path} is no JSON path, such as $.links[*].href`)
  return steps
}

function stepOf(name: string): PathStep {
  if (name === '*') return 'any'
  if (name === '**') return 'deep'
  if (/^\d+$/.test(name)) return {key: Number(name)}
  return {key: /^(['"]).*\1$/.test(name) ? name.slice(1, -1) : name}
}
